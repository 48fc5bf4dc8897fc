/**
 * Time of one training step (forward, backward, SGD) of our engines beside PyTorch's, turn by turn on the same machine:
 *   node --import tsx bench/training-step.ts [--model LferLdl] [--size 112] [--batch 32] [--threads 2] [--rounds 10]
 *     [--engines blocked,portable,tfjs-node] [--python PYTHON [--kinds nchw,channels_last]]
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import { typeOf } from "../src/ir/graph.js";
import { elementCount } from "../src/ir/shape.js";
import { learningRateInput } from "../src/step/step-state.js";
import type { Values } from "../src/training/engines/engine.js";
import { ortEngine } from "../src/training/engines/ort/engine.js";
import { tfjsNodeEngine } from "../src/training/engines/tfjs/engine.js";
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
  },
});
const [size, batch, threads, rounds] = [options.size, options.batch, options.threads, options.rounds].map(Number) as [
  number,
  number,
  number,
  number,
];

/** One thing that is timed: a step on request. */
interface Contestant {
  readonly name: string;
  readonly step: () => Promise<number>;
  readonly end: () => Promise<void>;
}

const graph = await stepGraph({ file: options.file, model: options.model, size, batch });

const numbers = new Map<string, Values>(
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

async function ours(form: string): Promise<Contestant> {
  const start = performance.now();
  const engine = form === "tfjs-node" ? tfjsNodeEngine : ortEngine({ portable: form === "portable" });
  const made = await engine.create(graph, {
    state: initialiseWeights(graph, 0),
    threads,
  });
  if (isProblem(made)) throw new Error(made.diagnose({}).message);
  console.log(`${form}: ${made.description}, compiled in ${Math.round(performance.now() - start)} ms`);
  await made.run(numbers);
  await made.run(numbers);
  return {
    name: made.description,
    step: async () => {
      const from = performance.now();
      await made.run(numbers);
      return performance.now() - from;
    },
    end: () => made.dispose(),
  };
}

async function torch(python: string, kinds: readonly string[]): Promise<readonly Contestant[]> {
  const script = fileURLToPath(new URL("peers/torch_training_step.py", import.meta.url));
  const child = spawn(python, [script, options.model, `${size}`, `${batch}`, `${threads}`, ...kinds], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => (await lines.next()).value as string;
  if ((await answer()) !== "ready") throw new Error("the PyTorch script did not start");
  return kinds.map((kind) => ({
    name: `torch ${kind}`,
    step: async () => {
      child.stdin.write(`${kind}\n`);
      return Number(await answer());
    },
    end: async () => {
      child.stdin.end();
    },
  }));
}

const contestants = [
  ...(await Promise.all(options.engines.split(",").map(ours))),
  ...(options.python === undefined ? [] : await torch(options.python, options.kinds.split(","))),
];
const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const { name, step } of contestants) times.get(name)?.push(await step());
}
for (const { end } of contestants) await end();
for (const [name, measured] of times) {
  const sorted = measured.sort((a, b) => a - b);
  const [least = 0, median = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
  console.log(`${name.padEnd(24)} min ${least.toFixed(0).padStart(5)} ms   median ${median.toFixed(0).padStart(5)} ms`);
}
