/**
 * Small networks on TensorFlow.js' WebAssembly or WebGPU backend: compares the engine (tfjs-wasm, tfjs-webgpu) with float64, and the printed
 * module with the engine bit for bit: node --import tsx test/tfjs-backends/check.ts LIBRARIES wasm|webgpu. LIBRARIES is a folder with
 * @tensorflow/tfjs-core, the backend and npm's `webgpu` in its node_modules. Not part of `npm test`: they are no dependencies of lfer.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { RunningStep } from "../../src/engines/engine.js";
import { tfjsEngine } from "../../src/engines/tfjs/tfjs-engine.js";
import { tfjsWasm, tfjsWebgpu } from "../../src/engines/tfjs/tfjs-kinds.js";
import type { Tensorflow } from "../../src/engines/tfjs/tfjs-runtime.js";
import { bringWebgpu, type WebgpuPackage } from "../../src/engines/tfjs/webgpu-in-node.js";
import type { Graph } from "../../src/ir/graph.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { stdNetworks } from "../engines/std-networks.js";
import { assertRight, type Judged, judge, reference, runOnce } from "../engines/step-comparison.js";
import { smallStep, stepFeed, stepNetworks } from "../engines/step-networks.js";
import { loadModule, printed } from "../targets/tfjs-train/printed.js";

type Core = typeof import("@tensorflow/tfjs-core");

/** SwiftShader compiles shaders slowly: the networks with the most kinds of kernels. */
const onWebgpu = [
  "stem",
  "shuffle units",
  "quadrants",
  "max pool whose windows do not fit",
  "dense 3x3, dilated",
  "Cbam",
];
const backends = {
  wasm: { kind: tfjsWasm, networks: Object.keys({ ...stepNetworks, ...stdNetworks }) },
  webgpu: { kind: tfjsWebgpu, networks: onWebgpu },
};

const [libraries = "", backend = ""] = process.argv.slice(2);
if (backend !== "wasm" && backend !== "webgpu") {
  throw new Error("usage: node --import tsx test/tfjs-backends/check.ts LIBRARIES wasm|webgpu");
}
const { kind, networks } = backends[backend];
const require = createRequire(resolve(libraries, "any.js"));
const device =
  backend === "wasm"
    ? "CPU, WebAssembly"
    : await bringWebgpu(() => import(pathToFileURL(require.resolve("webgpu")).href) as Promise<WebgpuPackage>);
const tf = require("@tensorflow/tfjs-core") as Core;
require(`@tensorflow/tfjs-backend-${backend}`);
await tf.setBackend(backend);
if (tf.getBackend() !== backend) throw new Error(`tf runs on ${tf.getBackend()}`);
console.log(`${kind.name}, ${device}`);

const found = { version: tf.version_core, device, threads: 1 };
const engine = tfjsEngine(kind, async () => ({ tf: tf as unknown as Tensorflow, found }));

async function start(step: Graph, state: ReadonlyMap<string, Float32Array>): Promise<RunningStep> {
  const running = await engine.create(step, { state });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  return running;
}

/** Whether a printed module's steps equal the engine's. */
async function assertPrinted(step: Graph, what: string): Promise<void> {
  const module = await loadModule(printed(step));
  const { batch } = stepFeed(step, 1);
  const running = await start(step, initialiseWeights(step, 3));
  const own = module.createStep(tf);
  let state = module.initialState(tf);
  const held = tf.memory().numTensors;
  for (let i = 0; i < 3; i++) {
    const [wanted] = (await running.run(batch)).get("loss") ?? [];
    const made = own.step(state, Object.fromEntries(batch));
    state = made.state;
    const [loss] = (await made.outputs.loss?.data()) ?? [];
    tf.dispose(made.outputs);
    if (loss !== wanted)
      throw new Error(`${what}: step ${i} of the module has the loss ${loss}, of the engine ${wanted}`);
    if (tf.memory().numTensors !== held) throw new Error(`${what}: ${tf.memory().numTensors} tensors, before ${held}`);
  }
  const values = await module.readState(state);
  for (const [slot, wanted] of await running.state()) {
    if (!wanted.every((value, i) => value === values[slot]?.[i])) throw new Error(`${what}: ${slot} differs`);
  }
  await running.dispose();
  tf.dispose([...state]);
  own.dispose();
}

for (const name of networks) {
  const step = await smallStep(name, 4);
  const judged: Judged[] = [];
  for (const seed of [1, 2, 3]) {
    const feed = stepFeed(step, seed);
    judged.push(judge(await runOnce(await start(step, feed.state), feed.batch), reference(step, feed)));
    if ((judged.at(-1)?.gradients ?? 1) < 1e-4) break;
  }
  assertRight(judged, name);
  await assertPrinted(step, name);
  console.log(`${name}: gradients within ${judged.at(-1)?.gradients.toExponential(1)} of float64`);
}
