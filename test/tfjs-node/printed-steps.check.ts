/** Printed steps on tfjs-node: bit for bit equal to our engine there, and no tensor left. Run like steps.check.ts. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { tfjsNodeEngine } from "../../src/engines/tfjs/tfjs-engine.js";
import { tfjsNode } from "../../src/engines/tfjs/tfjs-kinds.js";
import { loadTfjs, type Tensorflow } from "../../src/engines/tfjs/tfjs-runtime.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { smallStep, stepFeed, stepNetworks } from "../engines/step-networks.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { runNodeLoop } from "../targets/tfjs-train/doc-loops.js";
import { loadModule, printed } from "../targets/tfjs-train/printed.js";

const require = createRequire(import.meta.url);
const loaded = await loadTfjs(tfjsNode, 2);
if (isProblem(loaded)) throw new Error(loaded.diagnose({}).message);
const tf = loaded.tf as Tensorflow & { getBackend(): string; dispose(tensors: unknown): void };

const steps = 4;
const bits = (values: ArrayLike<number> | undefined): string =>
  Buffer.from(Float32Array.from(values ?? []).buffer).toString("base64");

suite("printed steps on tfjs-node against our engine", (test) => {
  test("it is the native backend", () => {
    assert.is(tf.getBackend(), "tensorflow");
  });

  test("the loop of docs/tfjs-train.md learns", () =>
    inFolder({}, async (folder) => {
      const losses = await runNodeLoop(folder, dirname(require.resolve("@tensorflow/tfjs-node/package.json")));
      assert.is(losses.length, 20);
      assert.ok((losses.at(-1) as number) < 0.7 * (losses[0] as number), String(losses));
    }));

  for (const name of Object.keys(stepNetworks)) {
    test(`${name}: equal bit for bit`, async () => {
      const step = await smallStep(name);
      const { batch } = stepFeed(step, 1);
      const module = await loadModule(printed(step));
      const engine = await tfjsNodeEngine.create(step, { state: initialiseWeights(step, 3), threads: 2 });
      if (isProblem(engine)) throw new Error(engine.diagnose({}).message);
      const before = tf.memory().numTensors;
      const own = module.createStep(tf);
      let state = module.initialState(tf);
      const held = tf.memory().numTensors;
      for (let i = 0; i < steps; i++) {
        const wanted = await engine.run(batch);
        const made = own.step(state, Object.fromEntries(batch));
        state = made.state;
        for (const [output, values] of wanted) {
          assert.is(bits(made.outputs[output]?.dataSync() as Float32Array), bits(values), `${output} of step ${i}`);
        }
        tf.dispose(made.outputs);
        assert.is(tf.memory().numTensors, held, `tensors after step ${i}`);
      }
      const [found, wanted] = [await module.readState(state), await engine.state()];
      for (const [slot, values] of wanted) assert.is(bits(found[slot]), bits(values), slot);
      own.dispose();
      tf.dispose(state);
      assert.is(tf.memory().numTensors, before);
      await engine.dispose();
    });
  }
});
