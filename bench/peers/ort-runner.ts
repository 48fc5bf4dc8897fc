/**
 * Runs an ONNX file in onnxruntime-node on request, for bench/peers.ts: a line N on stdin runs it N times and answers with the
 * milliseconds of each, as JSON. The first line that it writes tells what it runs.
 *
 * Usage: node --import tsx ort-runner.ts FILE THREADS
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { loadNativeRuntime } from "../../src/deploy/onnx-runtime.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";

const ort = await loadNativeRuntime();
if (isProblem(ort)) throw new Error(ort.diagnose({}).message);
const [file = "", threads] = process.argv.slice(2);
const session = await ort.InferenceSession.create(readFileSync(file), {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  logSeverityLevel: 3,
});
const [input] = session.inputMetadata;
if (input === undefined || !input.isTensor) throw new Error(`${file} takes no picture`);
const shape = input.shape.map((dim) => (typeof dim === "number" ? dim : 1));
const count = shape.reduce((all, dim) => all * dim, 1);
const picture = new ort.Tensor(
  "float32",
  Float32Array.from({ length: count }, (_, i) => Math.sin(i)),
  shape,
);
console.log(JSON.stringify({ runtime: `onnxruntime-node ${ort.env.versions.node}`, shape }));

for await (const line of createInterface({ input: process.stdin })) {
  const times: number[] = [];
  for (let i = 0; i < Number(line); i++) {
    const start = process.hrtime.bigint();
    await session.run({ [input.name]: picture });
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  console.log(JSON.stringify(times));
}
