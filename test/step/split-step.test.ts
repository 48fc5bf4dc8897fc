import * as assert from "uvu/assert";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { printGraph } from "../../src/ir/text.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpretStep } from "../../src/reference/interpret.js";
import { probeInputs } from "../../src/reference/probe-weights.js";
import { adamw } from "../../src/step/adamw.js";
import { sgd } from "../../src/step/sgd.js";
import { gradientName, splitStep } from "../../src/step/split-step.js";
import { type TrainingStepSource, trainingStep } from "../../src/step/training-step.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { N, Network } from "../ops/network.js";
import { suite } from "../support/suite.js";
import { compileRecipe, smallModel } from "./small-training.js";

const small = await compileRecipe(smallModel);
const plain: TrainingStepSource = {
  ...small,
  batch: 2,
  optimizer: sgd({ momentum: 0.9, nesterov: false, weightDecay: 1e-4 }),
};
const rich: TrainingStepSource = {
  ...small,
  batch: 2,
  optimizer: adamw({ betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.1 }),
  freeze: ["stem.conv"],
  groups: [{ at: "deep", rateScale: 0.5, decayScale: 0 }],
  clipNorm: 0.5,
  accumulate: 2,
  averageDecay: 0.9,
};

/** The step in float64 from its first state, and the halves one after the other: outputs and all slots after it. */
function runBoth(source: TrainingStepSource) {
  const step = trainingStep(source);
  const { gradients, update } = splitStep(source);
  const begun = initialiseWeights(step, 1);
  const slotsOf = (graph: Graph) =>
    Object.fromEntries(
      graph.slots.map(({ name, value }) => {
        const shape = typeOf(graph, value).shape as readonly number[];
        return [name, { shape, data: Float64Array.from(begun.get(name)!) }] as const;
      }),
    );
  const inputs = probeInputs(step, 1, 1);
  const whole = interpretStep(step, { inputs, slots: slotsOf(step), batch: 1 });
  const first = interpretStep(gradients, { inputs, slots: slotsOf(gradients), batch: 1 });
  const second = interpretStep(update, { inputs: { ...inputs, ...first.outputs }, slots: slotsOf(update), batch: 1 });
  return { whole, outputs: first.outputs, slots: { ...first.slots, ...second.slots }, halves: { gradients, update } };
}

suite("a training step in two halves", (test) => {
  for (const [title, source] of Object.entries({ plain, rich })) {
    test(`${title}: sound graphs, and one after the other the whole, to the last bit of float64`, () => {
      const { whole, outputs, slots, halves } = runBoth(source);
      assertSound(halves.gradients);
      assertSound(halves.update);
      for (const [name, { data }] of Object.entries(whole.outputs)) assert.equal(outputs[name]?.data, data, name);
      for (const [name, { data }] of Object.entries(whole.slots)) assert.equal(slots[name]?.data, data, name);
      // Nothing is computed twice: what the one does, the other does not.
      const count = (graph: Graph): number => graph.nodes.filter(({ op }) => op !== "constant").length;
      assert.is(count(halves.gradients) + count(halves.update), count(trainingStep(source)));
    });
  }

  test("all that needs the gradients of other batches is in the update", () => {
    const { gradients, update } = splitStep(rich);
    assert.not.match(printGraph(gradients), /learning_rate|accumulated|moment|average/);
    assert.match(printGraph(update), /accumulated_steps/);
    assert.equal(
      update.slots.filter(({ next, role }) => next === undefined || role === "statistic"),
      [],
    );
    assert.equal(
      gradients.slots.filter(({ next, role }) => (next === undefined) === (role === "statistic")),
      [],
    );
  });

  test("a gradient that two parameters share is two inputs", () => {
    const net = new Network("Sums");
    const x = net.input("image", [N, 3]);
    const initializer = { kind: "uniform", low: 0, high: 1 } as const;
    const [a, b] = ["a", "b"].map((name) =>
      net.builder.slot({ name, role: "parameter", initializer }, { dtype: "float32", shape: [3] }),
    ) as [number, number];
    const sum = net.layer("add", [a, b], {}, "sum");
    const scores = net.layer("add", [x, sum], {}, "scores");
    const network = net.finish({ scores });
    const loss = new Network("loss");
    const read = loss.input("student.scores", [N, 3]);
    const source = { ...plain, network, loss: loss.finish({ loss: loss.layer("mean", [read], {}, "mean") }) };
    const { gradients, update } = splitStep(source);
    const gradientOf = (name: string) => gradients.outputs.find((output) => output.name === gradientName(name))!.value;
    assert.is(gradientOf("a"), gradientOf("b"));
    assert.equal(
      update.inputs.map(({ name }) => name),
      ["a", "b"].map(gradientName).concat("learning_rate"),
    );
    const { whole, slots } = runBoth(source);
    for (const [name, { data }] of Object.entries(whole.slots)) assert.equal(slots[name]?.data, data, name);
  });
});
