/**
 * Times one training step (forward, backward, SGD) of our engines and PyTorch, in alternation on the same machine, and measures the
 * peak memory of each; every contestant is a separate process:
 *   node --import tsx bench/training-step.ts [--model LferLdl] [--size 112] [--batch 32] [--threads 2] [--rounds 10]
 *     [--engines blocked,portable,wasm,tfjs-node] [--python PYTHON [--kinds nchw,channels_last,compile]]
 *     [--peers tfjs-layers]     (LFER-LDL by hand in TensorFlow.js' layers)
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import type { Engine, Values } from "../src/engines/engine.js";
import { ortEngine } from "../src/engines/ort/ort-engine.js";
import { ortWasmEngine } from "../src/engines/ort/wasm-engine.js";
import { tfjsNodeEngine } from "../src/engines/tfjs/tfjs-engine.js";
import { type Graph, typeOf } from "../src/ir/graph.js";
import { elementCount, type TensorType } from "../src/ir/shape.js";
import { learningRateInput } from "../src/step/step-state.js";
import { initialiseWeights } from "../src/weights/initialise.js";
import { stepGraph } from "./step-graphs.js";

const { values: options } = parseArgs({
  options: {
    file: { type: "string", default: "lfer_ldl" },
    model: { type: "string", default: "LferLdl" },
    size: { type: "string", default: "112" },
    batch: { type: "string", default: "32" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "10" },
    engines: { type: "string", default: "blocked" },
    python: { type: "string" },
    kinds: { type: "string", default: "nchw,channels_last" },
    peers: { type: "string" },
    /** In a contestant's process: the engine that it runs. */
    serve: { type: "string" },
  },
});
const [size, batch, threads, rounds] = [options.size, options.batch, options.threads, options.rounds].map(Number) as [
  number,
  number,
  number,
  number,
];

/** Peak resident memory of this process, in MiB; undefined without /proc. */
function peakMiB(): number | undefined {
  try {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

/** Our contestant: prints `ready`, then answers a line `step` with milliseconds and `peak` with MiB. */
async function serve(form: string): Promise<void> {
  const graph = await stepGraph({ file: options.file, model: options.model, size, batch });
  const numbers = batchOf(graph);
  const start = performance.now();
  const others: Readonly<Record<string, Engine>> = { "tfjs-node": tfjsNodeEngine, wasm: ortWasmEngine };
  const engine = others[form] ?? ortEngine({ portable: form === "portable" });
  const made = await engine.create(graph, {
    state: initialiseWeights(graph, 0),
    threads,
  });
  if (isProblem(made)) throw new Error(made.diagnose({}).message);
  console.error(`${form}: ${made.description}, compiled in ${Math.round(performance.now() - start)} ms`);
  await made.run(numbers);
  await made.run(numbers);
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const from = performance.now();
    if (line === "step") await made.run(numbers);
    console.log(line === "step" ? performance.now() - from : (peakMiB() ?? "unknown"));
  }
  await made.dispose();
}

/** Values for every input: waves as pictures, one class per sample. */
function batchOf(graph: Graph): ReadonlyMap<string, Values> {
  return new Map(
    graph.inputs.map(({ name, value }) => {
      const { shape } = typeOf(graph, value);
      if (name === learningRateInput) return [name, Float32Array.of(0.01)];
      if (shape.length === 4)
        return [name, Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * 12.9898) * 1.4)];
      const classes = shape[1] as number;
      return [
        name,
        Float32Array.from({ length: elementCount(shape) }, (_, i) =>
          i % classes === Math.floor(i / classes) % classes ? 1 : 0,
        ),
      ];
    }),
  );
}

/** Before the names of our contestants. */
const ours = "lfer, ";
const tfjsLayers = "tf.layers by hand";
const otherPeers: ReadonlySet<string> = new Set(["torch compile", tfjsLayers]);

/** A contestant: a process that runs a step on request. */
interface Contestant {
  readonly name: string;
  readonly ask: (what: "step" | "peak") => Promise<string>;
  readonly end: () => void;
}

async function start(name: string, file: string, args: readonly string[]): Promise<Contestant> {
  const child = spawn(file, [...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => (await lines.next()).value as string;
  if ((await answer()) !== "ready") throw new Error(`${name} did not start`);
  return {
    name,
    ask: (what) => {
      child.stdin.write(`${what}\n`);
      return answer();
    },
    end: () => child.stdin.end(),
  };
}

/** The same network by hand in TensorFlow.js' layers; it checks that it has as many parameters as ours. */
async function startTfjsLayers(): Promise<Contestant> {
  if (options.model !== "LferLdl") throw new Error("the peer tfjs-layers is LferLdl alone");
  const { slots, types } = await stepGraph({ file: options.file, model: options.model, size, batch });
  const parameters = slots
    .filter(({ role }) => role === "parameter")
    .reduce((sum, { value }) => sum + elementCount((types[value] as TensorType).shape), 0);
  const script = fileURLToPath(new URL("peers/tfjs-layers-training-step.mjs", import.meta.url));
  return start(tfjsLayers, process.execPath, [script, ...[size, batch, threads, parameters].map(String)]);
}

async function contest(): Promise<void> {
  const script = fileURLToPath(new URL("peers/torch_training_step.py", import.meta.url));
  const contestants: Contestant[] = [];
  for (const form of options.engines.split(",")) {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2), "--serve", form];
    contestants.push(await start(`${ours}${form}`, process.execPath, args));
  }
  for (const peer of options.peers?.split(",") ?? []) {
    if (peer !== "tfjs-layers") throw new Error(`there is no peer ${peer}`);
    contestants.push(await startTfjsLayers());
  }
  const { python } = options;
  for (const kind of python === undefined ? [] : options.kinds.split(",")) {
    const args = [script, options.model, `${size}`, `${batch}`, `${threads}`, kind];
    contestants.push(await start(`torch ${kind}`, python as string, args));
  }
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, ask } of contestants) times.get(name)?.push(Number(await ask("step")));
  }
  const results = new Map<string, Result>();
  for (const { name, ask, end } of contestants) {
    const sorted = (times.get(name) ?? []).toSorted((a, b) => a - b);
    const [min = 0, median = 0, peak] = [sorted[0], sorted[Math.floor(sorted.length / 2)], Number(await ask("peak"))];
    results.set(name, { min, median, peak });
    const numbers = [min, median, peak].map((value) => value.toFixed(0).padStart(5));
    console.log(`${name.padEnd(24)} min ${numbers[0]} ms   median ${numbers[1]} ms   peak ${numbers[2]} MiB`);
    end();
  }
  compare(results);
}

interface Result {
  readonly min: number;
  readonly median: number;
  readonly peak: number;
}

/** How many times faster ours are than the faster eager layout and than each other peer, and how their memory compares. */
function compare(results: ReadonlyMap<string, Result>): void {
  const all = [...results].map(([name, result]) => ({ name, ...result }));
  const eager = all.filter(({ name }) => name === "torch nchw" || name === "torch channels_last");
  const best = {
    name: "the better eager layout",
    min: Math.min(...eager.map(({ min }) => min)),
    median: Math.min(...eager.map(({ median }) => median)),
    peak: Math.min(...eager.map(({ peak }) => peak)),
  };
  const others = [...(eager.length === 0 ? [] : [best]), ...all.filter(({ name }) => otherPeers.has(name))];
  for (const our of all.filter(({ name }) => name.startsWith(ours))) {
    for (const other of others) {
      const [min, median] = [other.min / our.min, other.median / our.median].map((ratio) => ratio.toFixed(2));
      const memory = (our.peak / other.peak).toFixed(2);
      console.log(
        `${our.name}: ${min} (min), ${median} (median) times as fast as ${other.name}, ${memory} of its memory`,
      );
    }
  }
}

await (options.serve === undefined ? contest() : serve(options.serve));
