/**
 * Trains a small network for some steps on WebGPU, with every node there, and compares losses and state with the same steps on the CPU:
 * node --import tsx test/webgpu/check.ts. Not part of `npm test`: it needs a GPU, or SwiftShader, as in .ci/run.
 */
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Engine, RunningStep, Values } from "../../src/engines/engine.js";
import { ortWebgpuEngine } from "../../src/engines/ort/gpu-engines.js";
import { ortEngine } from "../../src/engines/ort/ort-engine.js";
import type { Graph } from "../../src/ir/graph.js";
import { networkStep, type StepFeed, stepFeed } from "../engines/step-networks.js";

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

type State = ReadonlyMap<string, Values>;

/** The first kind of state is the optimiser's; the other is parameters and statistics. */
const kinds: Readonly<Record<string, (name: string) => boolean>> = {
  velocities: (name) => name.startsWith("velocity."),
  "parameters and statistics": (name) => !name.startsWith("velocity."),
};

/** || a - b || / || b || over all tensors of a kind: for single ones, gradients that are 0 except for rounding would count. */
function distance(a: State, b: State, isOfKind: (name: string) => boolean): number {
  let [difference, scale] = [0, 0];
  for (const [name, values] of b) {
    if (!isOfKind(name)) continue;
    for (const [i, value] of values.entries()) {
      difference += ((a.get(name)?.[i] ?? Number.NaN) - value) ** 2;
      scale += value ** 2;
    }
  }
  return Math.sqrt(difference / scale);
}

const step = await networkStep(network, 4, 24);
const feed = stepFeed(step, 1);
const gpu = await start(ortWebgpuEngine, step, feed);
const cpu = await start(ortEngine({ portable: true }), step, feed);
let right = true;
const expect = (what: string, holds: boolean): void => {
  console.log(`${holds ? "right" : "WRONG"}: ${what}`);
  right &&= holds;
};
for (let i = 0; i < steps; i++) {
  const from = performance.now();
  const found = (await gpu.run(feed.batch)).get("loss")?.[0] ?? Number.NaN;
  const elapsed = Math.round(performance.now() - from);
  const wanted = (await cpu.run(feed.batch)).get("loss")?.[0] ?? Number.NaN;
  const near = Math.abs(found - wanted) <= tolerance * Math.abs(wanted);
  expect(`step ${i}: loss ${found} on the GPU in ${elapsed} ms, ${wanted} on the CPU`, near);
}
const [found, wanted] = [await gpu.state(), await cpu.state()];
for (const [kind, isOfKind] of Object.entries(kinds)) {
  const [apart, moved] = [distance(found, wanted, isOfKind), distance(feed.state, wanted, isOfKind)];
  const text = `${kind}: ${apart.toExponential(1)} apart after moving by ${moved.toExponential(1)}`;
  expect(text, apart <= tolerance && moved > 100 * tolerance);
}
await Promise.all([gpu.dispose(), cpu.dispose()]);
if (!right) process.exitCode = 1;
