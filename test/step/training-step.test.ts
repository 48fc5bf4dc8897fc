import * as assert from "uvu/assert";
import type { Graph } from "../../src/ir/graph.js";
import { printGraph } from "../../src/ir/text.js";
import { readGraph } from "../../src/ops/read-graph.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { removeDeadNodes } from "../../src/passes/remove-dead-nodes.js";
import { attachLoss } from "../../src/step/attach-loss.js";
import { sgd } from "../../src/step/sgd.js";
import { trainingStep } from "../../src/step/training-step.js";
import { N, Network } from "../ops/network.js";
import { suite } from "../support/suite.js";
import { compileRecipe, smallModel } from "./small-training.js";

const optimizer = sgd({ momentum: 0.9, nesterov: false, weightDecay: 1e-4 });
const small = await compileRecipe(smallModel);
const step = trainingStep({ ...small, batch: 4, optimizer });

/** A loss without labels: the mean of the scores. */
function meanLoss(read: string): Graph {
  const net = new Network("loss");
  const scores = net.input(read, [N, 5]);
  return net.finish({ loss: net.layer("mean", [scores], {}, "mean") });
}

suite("training step", (test) => {
  test("one sound graph: batch, target and rate in; outputs, loss and every slot's next out", () => {
    assertSound(step);
    assert.equal(
      step.inputs.map(({ name }) => name),
      ["image", "data.label", "learning_rate"],
    );
    assert.equal(
      step.outputs.map(({ name }) => name),
      ["logits", "loss"],
    );
    assert.equal(
      step.slots.filter(({ next }) => next === undefined),
      [],
    );
    const count = (role: string): number => step.slots.filter((slot) => slot.role === role).length;
    assert.is(count("optimizer"), count("parameter"));
  });

  test("the same every time, and its text reads back", () => {
    const text = printGraph(step);
    assert.is(printGraph(trainingStep({ ...small, batch: 4, optimizer })), text);
    const back = readGraph(text);
    assert.ok("nodes" in back && printGraph(back) === text);
  });

  test("nothing in it is dead: what only a next state reads is kept, the rest is not there", () => {
    const weights = new Map(step.slots.map(({ name }) => [name, { length: 0 }]));
    assert.is(removeDeadNodes.run({ graph: step, weights: weights as never }).graph, step);
    // Without another output, the next states still contain everything except what only that output read.
    const without = { ...step, outputs: step.outputs.filter(({ name }) => name === "loss") };
    const swept = removeDeadNodes.run({ graph: without, weights: weights as never }).graph;
    assertSound(swept);
    assert.is(swept.nodes.length, step.nodes.length);
  });

  test("a loss beside a network that has a part of that name", () => {
    const net = new Network("Named");
    const x = net.input("x", [N, 5]);
    const network = net.finish({ logits: net.layer("linear", [x], { features: 5 }, "loss.mean") });
    const joined = attachLoss(network, meanLoss("student.logits"));
    assertSound(joined);
    assert.equal(
      joined.nodes.map(({ path }) => path),
      ["loss.mean", "the_loss.mean"],
    );
  });

  test("a loss that reads what the network does not give", () => {
    assert.throws(() => attachLoss(small.network, meanLoss("student.features")), /reads student\.features/);
  });
});
