/**
 * Trains a small network for some steps on WebGPU, every node of it, and compares losses and state with the same steps on
 * the CPU: node --import tsx test/webgpu/check.ts. Not part of `npm test`: it needs a GPU, or SwiftShader, as .ci/run has it.
 */
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../src/ir/graph.js";
import type { Engine, RunningStep } from "../../src/training/engines/engine.js";
import { ortEngine } from "../../src/training/engines/ort/engine.js";
import { ortWebgpuEngine } from "../../src/training/engines/ort/gpu-engines.js";
import { networkStep, type StepFeed, stepFeed } from "../training/step-networks.js";

/** Every lowering that training a light network needs. */
const network = `image -> conv(8, kernel: 3, stride: 2) -> batch_norm -> relu -> max_pool(3, stride: 2)
    -> depthwise(kernel: 3) -> batch_norm -> relu6 -> DownUnit(12) -> Unit(12)
    -> avg_pool(2) -> conv(10, kernel: 1) -> batch_norm -> mish`;

const steps = 4;
const tolerance = 1e-4;

async function start(engine: Engine, step: Graph, { state }: StepFeed): Promise<RunningStep> {
  const from = performance.now();
  const made = await engine.create(step, { state });
  if (isProblem(made)) {
    const { message, help } = made.diagnose({});
    throw new Error(`${message}\n${help}`);
  }
  console.log(`${made.description}: compiled in ${Math.round(performance.now() - from)} ms`);
  return made;
}

/** || a - b || / || b ||. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, scale] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2;
    scale += (b[i] as number) ** 2;
  }
  return scale === 0 ? Math.sqrt(difference) : Math.sqrt(difference / scale);
}

const step = await networkStep(network, 4, 24);
const feed = stepFeed(step, 1);
const gpu = await start(ortWebgpuEngine, step, feed);
const cpu = await start(ortEngine({ portable: true }), step, feed);
const first = feed.state;

let worst = 0;
for (let i = 0; i < steps; i++) {
  const from = performance.now();
  const found = (await gpu.run(feed.batch)).get("loss")?.[0] ?? Number.NaN;
  const elapsed = Math.round(performance.now() - from);
  const wanted = (await cpu.run(feed.batch)).get("loss")?.[0] ?? Number.NaN;
  const apart = Math.abs(found - wanted) / Math.abs(wanted);
  console.log(`step ${i}: loss ${found} on the GPU in ${elapsed} ms, ${wanted} on the CPU`);
  worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
}
const [found, wanted] = [gpu.state(), cpu.state()];
for (const [name, values] of wanted) {
  const apart = distance(found.get(name) ?? [], values);
  if (!(apart <= tolerance)) console.log(`${name}: ${apart} apart`);
  worst = Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
}
const moved = [...wanted].filter(([name, values]) => distance(first.get(name) ?? [], values) > 0).length;
console.log(`${wanted.size} tensors of state, ${moved} moved; at most ${worst.toExponential(1)} apart`);
await Promise.all([gpu.dispose(), cpu.dispose()]);
if (worst > tolerance || moved < wanted.size) process.exitCode = 1;
