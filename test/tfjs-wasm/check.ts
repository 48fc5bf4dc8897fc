/**
 * Small networks on TensorFlow.js' WebAssembly backend: compares the engine tfjs-wasm with float64, and the printed module with the engine
 * bit for bit: node --import tsx test/tfjs-wasm/check.ts LIBRARIES, a folder with @tensorflow/tfjs-core and @tensorflow/tfjs-backend-wasm in its
 * node_modules. Not part of `npm test`: the backend is not a dependency of lfer.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { RunningStep } from "../../src/engines/engine.js";
import { tfjsEngine } from "../../src/engines/tfjs/tfjs-engine.js";
import { tfjsWasm } from "../../src/engines/tfjs/tfjs-kinds.js";
import type { Tensorflow } from "../../src/engines/tfjs/tfjs-runtime.js";
import type { Graph } from "../../src/ir/graph.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { stdNetworks } from "../engines/std-networks.js";
import { assertRight, type Judged, judge, reference, runOnce } from "../engines/step-comparison.js";
import { smallStep, stepFeed, stepNetworks } from "../engines/step-networks.js";
import { loadModule, printed } from "../targets/tfjs-train/printed.js";

type Core = typeof import("@tensorflow/tfjs-core");

const [libraries] = process.argv.slice(2);
if (libraries === undefined) throw new Error("usage: node --import tsx test/tfjs-wasm/check.ts LIBRARIES");
const require = createRequire(resolve(libraries, "any.js"));
const tf = require("@tensorflow/tfjs-core") as Core;
require("@tensorflow/tfjs-backend-wasm");
await tf.setBackend("wasm");
if (tf.getBackend() !== "wasm") throw new Error(`tf runs on ${tf.getBackend()}`);

const found = { version: tf.version_core, device: "CPU, WebAssembly", threads: 1 };
const engine = tfjsEngine(tfjsWasm, async () => ({ tf: tf as unknown as Tensorflow, found }));

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
    const [loss] = made.outputs.loss?.dataSync() ?? [];
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

for (const name of Object.keys({ ...stepNetworks, ...stdNetworks })) {
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
