import * as assert from "uvu/assert";
import { differentiate } from "../../src/autodiff/differentiate.js";
import { trainingForm } from "../../src/autodiff/training-form.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpret } from "../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { attachLoss } from "../../src/step/attach-loss.js";
import { runInOnnxRuntime } from "../ops/onnx-runtime.js";
import { distance } from "../reference/distance.js";
import { compileRecipe, smallModel } from "../step/small-training.js";
import { suite } from "../support/suite.js";

suite("gradients of a network in ONNX Runtime", ({ native: test }) => {
  test("forward and backward in plain ops give the reference's gradients", async () => {
    const { network, loss } = await compileRecipe(smallModel);
    const forward = trainingForm(bindBatch(attachLoss(network, loss), 4));
    const lossValue = forward.outputs.find(({ name }) => name === "loss")?.value ?? -1;
    const parameters = forward.slots.filter(({ role }) => role === "parameter");
    const made = differentiate(
      forward,
      lossValue,
      parameters.map(({ value }) => value),
    );
    const outputs = made.gradients.map((value, i) => ({ name: `gradient_${i}`, value }));
    const graph = { ...made.graph, outputs: [{ name: "loss", value: lossValue }, ...outputs] };
    const joined = (results: Record<string, Tensor>): Tensor => {
      const data = Float64Array.from(outputs.flatMap(({ name }) => [...(results[name] as Tensor).data]));
      return { shape: [data.length], data };
    };
    // Single precision sometimes flips a ReLU or a maximum (a share of an element's gradient): for most seeds it does not.
    const close: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const rounded = (tensors: Record<string, Tensor>): Record<string, Tensor> =>
        Object.fromEntries(
          Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: data.map(Math.fround) }]),
        );
      const inputs = rounded(probeInputs(graph, 4, seed));
      const feed = { inputs, slots: rounded(probeWeights(graph, seed)), batch: 4 };
      const expected = joined(interpret(graph, feed));
      assert.ok(expected.data.some((x) => Math.abs(x) > 0.1));
      for (const opset of [18, 21]) {
        const apart = distance(joined(await runInOnnxRuntime(graph, feed, opset)), expected);
        if (apart < 1e-4) close.push(seed);
      }
    }
    assert.ok(close.length >= 6, `close on seeds ${close.join(", ")} only`);
  });
});
