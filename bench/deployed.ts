/**
 * Compares files for deployment in one ONNX Runtime, in alternation: a model as `build` writes it at levels 1 and 2, and files of others.
 *
 * Usage: node --import tsx bench/deployed.ts MODEL.lfer NAME [FILE.onnx...] [--threads N] [--runs N] [--cpu]
 *
 * `--cpu` counts processor time instead of time, which is less disturbed by other work on the machine; it is for one thread only. A file
 * of PyTorch's exporter is made by bench/peers/torch_export.py. The first row is what the others are compared with: the first file of
 * others, if there is one.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { compile, load } from "../src/compiler.js";
import { loadNativeRuntime } from "../src/deploy/onnx-runtime.js";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import { nodeHost } from "../src/hosts/node-host.js";
import { bindShape } from "../src/ir/shape.js";
import { blocks, optimize } from "../src/passes/pipeline.js";
import { emitOnnx } from "../src/targets/onnx/emit.js";
import { loadWeights } from "../src/weights/load-weights.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "1" },
    runs: { type: "string", default: "200" },
    cpu: { type: "boolean", default: false },
  },
});
const [source, name, ...others] = positionals;
if (source === undefined || name === undefined) throw new Error("bench/deployed.ts MODEL.lfer NAME [FILE.onnx...]");
const [threads, runs] = [Number(values.threads), Number(values.runs)];
if (values.cpu && threads !== 1) throw new Error("--cpu is for one thread");

const model = compile(await load(nodeHost(process.cwd()), source)).models.find((each) => each.name === name);
if (model === undefined) throw new Error(`${source} has no model ${name}`);
const { graph } = model;
const loaded = loadWeights(graph, { kind: "seed", seed: 0 });
if (loaded.kind === "refused") throw new Error("no weights");
const plain = { graph, weights: loaded.weights };
const written = (rewritten: typeof plain): Uint8Array => emitOnnx(rewritten, { opset: 18, producerVersion: "bench" });

const files: (readonly [title: string, bytes: Uint8Array])[] = [];
for (const path of others) files.push([basename(path), await readFile(path)]);
files.push(["level 1", written(optimize(plain, 1))]);
for (const block of blocks) files.push([`level 2, block ${block}`, written(optimize(plain, 2, block))]);

const ort = await loadNativeRuntime();
if (isProblem(ort)) throw new Error(ort.diagnose({}).message);
const [input] = graph.inputs;
const shape = bindShape(graph.types[input?.value ?? 0]?.shape ?? [], 1);
const size = shape.reduce((product, dim) => product * dim, 1);
const picture = new ort.Tensor(
  "float32",
  Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
  shape,
);
const sessions = await Promise.all(
  files.map(async ([title, bytes]) => {
    const session = await ort.InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return { title, session, feed: { [session.inputNames[0] ?? ""]: picture }, times: [] as number[] };
  }),
);

/** Milliseconds of several runs, each: processor time is counted in steps that one run hardly fills. */
async function time({ session, feed }: (typeof sessions)[number], times: number): Promise<number> {
  const [start, used] = [process.hrtime.bigint(), process.cpuUsage()];
  for (let i = 0; i < times; i++) await session.run(feed);
  const { user, system } = process.cpuUsage(used);
  return (values.cpu ? (user + system) / 1e3 : Number(process.hrtime.bigint() - start) / 1e6) / times;
}

for (const each of sessions) await time(each, 5);
for (let run = 0; run < runs; run++) for (const each of sessions) each.times.push(await time(each, values.cpu ? 5 : 1));

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
const [first] = sessions;
console.log(`${name}, ${threads} thread(s), ${runs} rounds, ${values.cpu ? "processor time" : "time"} in ms, batch 1`);
for (const { title, times } of sessions) {
  const [least, middle] = [Math.min(...times), median(times)];
  const ratios = [Math.min(...(first?.times ?? [])) / least, median(first?.times ?? []) / middle];
  const [byLeast, byMedian] = ratios.map((ratio) => ratio.toFixed(2));
  console.log(
    `${title.padEnd(24)} least ${least.toFixed(2)}, median ${middle.toFixed(2)}; ${byLeast} / ${byMedian} times as fast`,
  );
}
