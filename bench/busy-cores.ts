/**
 * Measures the choice of spinning: training steps of LFER-LDL with as many threads as cores, on idle cores and beside as many busy
 * processes, alternating with fixed choices:
 *   node --import tsx bench/busy-cores.ts [--size 112] [--batch 32] [--rounds 20] [--busy N]
 * Goals: on idle cores the chosen way takes at most 1.05 times long spinning; on busy cores at most 1.3 times one thread.
 * The first goal can only be measured on an otherwise idle machine: the load by others is printed too.
 */
import { spawn } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { isProblem, type Problem } from "../src/diagnostics/diagnostic.js";
import type { RunningStep } from "../src/engines/engine.js";
import { probeBlock } from "../src/engines/ort/block-probe.js";
import { blockedProgram } from "../src/engines/ort/blocked/blocked-program.js";
import { readLoad, takenBetween } from "../src/engines/ort/core-load.js";
import { ortEngine } from "../src/engines/ort/ort-engine.js";
import { loadNativeRuntime, sessionOptions } from "../src/engines/ort/ort-runtime.js";
import { OrtStep } from "../src/engines/ort/ort-step.js";
import type { Spinning } from "../src/engines/ort/spinning.js";
import { typeOf } from "../src/ir/graph.js";
import { elementCount } from "../src/ir/shape.js";
import { learningRateInput } from "../src/step/step-state.js";
import { initialiseWeights } from "../src/weights/initialise.js";
import { stepGraph } from "./step-graphs.js";

const cores = availableParallelism();
const { values: options } = parseArgs({
  options: {
    size: { type: "string", default: "112" },
    batch: { type: "string", default: "32" },
    rounds: { type: "string", default: "20" },
    busy: { type: "string", default: String(cores) },
  },
});

function there<T>(found: T | Problem): T {
  if (isProblem(found)) throw new Error(found.diagnose({}).message);
  return found;
}

const graph = await stepGraph({
  file: "lfer_ldl",
  model: "LferLdl",
  size: Number(options.size),
  batch: Number(options.batch),
});
const ort = there(await loadNativeRuntime());
const block = await probeBlock(ort);
if (block === undefined) throw new Error("this machine has no blocked form");
const program = blockedProgram(graph, block);
const state = initialiseWeights(graph, 0);
const numbers = new Map(
  graph.inputs.map(({ name, value }) => {
    const { shape } = typeOf(graph, value);
    const classes = shape[1] as number;
    const isHit = (i: number): boolean => i % classes === Math.floor(i / classes) % classes;
    const at = (i: number): number => (shape.length === 4 ? Math.sin(i * 12.9898) * 1.4 : isHit(i) ? 1 : 0);
    const length = name === learningRateInput ? 1 : elementCount(shape);
    return [name, Float32Array.from({ length }, (_, i) => (name === learningRateInput ? 0.01 : at(i)))] as const;
  }),
);

async function fixed(threads: number, spinning: Spinning): Promise<RunningStep> {
  const tuning = { provider: "cpu", threads, optimize: "disabled", spinning } as const;
  return new OrtStep(ort, await ort.InferenceSession.create(program.bytes, sessionOptions(tuning)), program, state, "");
}

interface Times {
  readonly wall: number[];
  readonly cpu: number[];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Median times of a step, alternating. */
async function situation(title: string): Promise<ReadonlyMap<string, Times>> {
  const chosen = there(await ortEngine().create(graph, { state, threads: cores }));
  const kinds = new Map([
    ["one thread", await fixed(1, "long")],
    ["long", await fixed(cores, "long")],
    ["brief", await fixed(cores, "brief")],
    ["as chosen", chosen],
  ]);
  // Until it has measured the load.
  for (const begun = performance.now(); performance.now() - begun < 2500; ) await chosen.run(numbers);
  const times = new Map([...kinds.keys()].map((name) => [name, { wall: [], cpu: [] } as Times] as const));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, step] of kinds) {
      const [wall, cpu] = [performance.now(), process.cpuUsage()];
      await step.run(numbers);
      const { user, system } = process.cpuUsage(cpu);
      times.get(name)?.wall.push(performance.now() - wall);
      times.get(name)?.cpu.push((user + system) / 1000);
    }
  }
  for (const step of kinds.values()) await step.dispose();
  console.log(title);
  for (const [name, { wall, cpu }] of times) {
    console.log(
      `  ${name.padEnd(10)} ${median(wall).toFixed(0)} ms of wall, ${median(cpu).toFixed(0)} ms of processor`,
    );
  }
  return times;
}

const ratio = (times: ReadonlyMap<string, Times>, a: string, b: string): string =>
  (median(times.get(a)?.wall ?? []) / median(times.get(b)?.wall ?? [])).toFixed(3);

const before = readLoad();
await new Promise((resolve) => setTimeout(resolve, 2000));
const others = takenBetween(before, readLoad());
console.log(`${cores} cores, of which others take ${others.toFixed(2)} (load ${loadavg()[0]?.toFixed(2)})`);
const idle = await situation("beside nobody of ours");
const busy = Array.from({ length: Number(options.busy) }, () =>
  spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
);
try {
  const beside = await situation(`beside ${busy.length} busy processes`);
  console.log(`as chosen / long, beside nobody: ${ratio(idle, "as chosen", "long")}`);
  console.log(`as chosen / one thread, beside busy ones: ${ratio(beside, "as chosen", "one thread")}`);
  console.log(`long / one thread, beside busy ones: ${ratio(beside, "long", "one thread")}`);
} finally {
  for (const child of busy) child.kill();
}
