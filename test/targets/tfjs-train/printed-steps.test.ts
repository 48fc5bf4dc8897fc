import * as assert from "uvu/assert";
import { lackingOnWasm } from "../../../src/ops/tfjs/lacking-kernels.js";
import { compileStep } from "../../../src/targets/tfjs/compile.js";
import { initialiseWeights } from "../../../src/weights/initialise.js";
import { smallStep, stepFeed, stepNetworks } from "../../engines/step-networks.js";
import { suite } from "../../support/suite.js";
import { runOnCpu, tfjs } from "../../support/tfjs-cpu.js";
import { loadModule, printed } from "./printed.js";

const steps = 3;
const bits = (values: ArrayLike<number> | undefined): string =>
  Buffer.from(Float32Array.from(values ?? []).buffer).toString("base64");

/** TensorFlow.js on its CPU backend, under another backend's name: the module then avoids the kernels that this backend lacks. */
const named = (backend: string): typeof tfjs =>
  new Proxy(tfjs, { get: (tf, key) => (key === "getBackend" ? () => backend : Reflect.get(tf, key)) });

const ways = { "by kernels": { tf: tfjs, lacking: [] }, "as on wasm": { tf: named("wasm"), lacking: lackingOnWasm } };

suite("a printed step against our engine, on tfjs' CPU backend", (test) => {
  for (const [name, [way, { tf, lacking }]] of Object.keys(stepNetworks).flatMap((each) =>
    Object.entries(ways).map((pair) => [each, pair] as const),
  )) {
    test(`${name}, ${way}: equal bit for bit`, async () => {
      // Kernels in JavaScript are slow with many channels.
      const step = await smallStep(name, 2, name.startsWith("dense 3x3 with many channels: ") ? 8 : 14);
      const { batch } = stepFeed(step, 1);
      const module = await loadModule(printed(step));
      const state = initialiseWeights(step, 3);
      const engine = await runOnCpu(compileStep(step, { native: false, lacking }), state);
      const printedStep = module.createStep(tf);
      let own = module.initialState(tf);
      const held = tfjs.memory().numTensors;
      for (let i = 0; i < steps; i++) {
        const wanted = await engine.run(batch);
        const made = printedStep.step(own, Object.fromEntries(batch));
        own = made.state;
        for (const [output, values] of wanted) {
          assert.equal(bits(made.outputs[output]?.dataSync() as Float32Array), bits(values), `${output} of step ${i}`);
        }
        tfjs.dispose(made.outputs);
        assert.is(tfjs.memory().numTensors, held, `tensors after step ${i}`);
      }
      const [found, wanted] = [await module.readState(own), await engine.state()];
      assert.equal(Object.keys(found).sort(), [...wanted.keys()].sort());
      for (const [slot, values] of wanted) assert.is(bits(found[slot]), bits(values), slot);
      await engine.dispose();
    });
  }
});
