import * as assert from "uvu/assert";
import { trainingForm } from "../../src/autodiff/training-form.js";
import type { Graph, ValueId } from "../../src/ir/graph.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { optimize } from "../../src/passes/pipeline.js";
import { type Feed, interpret } from "../../src/reference/interpret.js";
import { dataInputs, drawMasks, type PlaceInRun } from "../../src/step/masks.js";
import { sgd } from "../../src/step/sgd.js";
import { trainingStep } from "../../src/step/training-step.js";
import { leavesOf, lossOf, moved, reverseGradients } from "../autodiff/finite-differences.js";
import { N, Network } from "../ops/network.js";
import { suite } from "../support/suite.js";
import { compileRecipe } from "./small-training.js";
import { assertClose, read, tensor } from "./torch-reference.js";

interface TorchRow {
  readonly op: string;
  readonly p: number;
  readonly input: readonly number[];
  readonly upstream: readonly number[];
  /** The mask drawn by PyTorch. */
  readonly kept: readonly number[];
  readonly output: readonly number[];
  readonly gradient: readonly number[];
}

const { shape: torchShape, rows } = read("dropout") as {
  readonly shape: readonly number[];
  readonly rows: readonly TorchRow[];
};

/** sum(upstream * op(input)) in its training form. */
function droppingLoss(
  op: string,
  p: number,
  shape: readonly number[],
): { readonly graph: Graph; readonly loss: ValueId } {
  const net = new Network("Dropping");
  const x = net.input("input", shape);
  const output = net.layer(op, [x], { p }, "drop");
  const product = net.layer("mul", [output, net.input("upstream", shape)], {}, "weigh");
  const graph = trainingForm(net.finish({ output, loss: net.layer("sum", [product], {}, "loss") }));
  return { graph, loss: graph.outputs[1]?.value ?? -1 };
}

const classifier = (head: string): string => `lfer 1
import { cross_entropy } from "std/losses"
model Dropping {
  input image: float32[N, 3, 8, 8]
  features = image -> conv(6, stride: 2) -> batch_norm -> residual(conv(6) -> drop_path(0.4)) -> relu
  logits = features -> global_avg_pool -> flatten -> dropout(0.5) -> ${head}
  output logits
}
recipe Plain {
  student   = Dropping
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 8, epochs: 1)
}`;

async function stepOf(head: string, batch = 8): Promise<Graph> {
  const optimizer = sgd({ momentum: 0, weightDecay: 0, nesterov: false });
  return trainingStep({ ...(await compileRecipe(classifier(head))), batch, optimizer });
}

const start: PlaceInRun = { seed: 3, epoch: 0, step: 0 };
const names = (graph: Graph): readonly string[] => graph.inputs.map(({ name }) => name);

suite("masks: what drops something, in training", (test) => {
  for (const { op, p, input, upstream, kept, output, gradient } of rows) {
    test(`${op} of ${p} as PyTorch does it with the same mask`, () => {
      const { graph, loss } = droppingLoss(op, p, torchShape);
      assertSound(graph);
      const mask = graph.inputs.find((given) => given.name === "mask.drop");
      assert.is(mask?.mask?.keep, 1 - p);
      const shape = graph.types[mask?.value ?? -1]?.shape as readonly number[];
      const perNumber = kept.length / shape.reduce((product, size) => product * size, 1);
      const scaled = kept.filter((_, i) => i % perNumber === 0).map((one) => (one === 1 ? 1 / (1 - p) : 0));
      const feed: Feed = {
        inputs: {
          input: tensor(torchShape, input),
          upstream: tensor(torchShape, upstream),
          "mask.drop": tensor(shape, scaled),
        },
        slots: {},
        batch: 1,
      };
      assertClose(interpret(graph, feed).output?.data ?? [], output, "output", 1e-15);
      const leaves = leavesOf(graph).filter(({ name }) => name === "input");
      assertClose(reverseGradients(graph, loss, leaves, feed).gradients[0]?.data ?? [], gradient, "gradient", 1e-15);
    });
  }

  test("drop_path has one number for each sample, dropout one for each element", () => {
    const shapeOf = (op: string) => {
      const { graph } = droppingLoss(op, 0.5, torchShape);
      return graph.types[graph.inputs.find(({ mask }) => mask !== undefined)?.value ?? -1]?.shape;
    };
    assert.equal(shapeOf("drop_path"), [4, 1, 1, 1]);
    assert.equal(shapeOf("dropout"), [4, 3, 2, 2]);
  });

  test("nothing is dropped with p = 0: no mask, no node", () => {
    const { graph } = droppingLoss("dropout", 0, torchShape);
    assert.equal(names(graph), ["input", "upstream"]);
    assert.equal(
      graph.nodes.map(({ op }) => op),
      ["mul", "reduce_sum"],
    );
  });

  test("gradients of a network against finite differences, its masks held", async () => {
    const { network, loss } = await compileRecipe(classifier("linear(5)"));
    const whole = trainingForm(bindBatch(network, 4));
    assert.is(loss.inputs.length, 2);
    const net = whole.outputs[0]?.value ?? -1;
    const masks = drawMasks(whole, start);
    const numbers = (shape: readonly number[], at: number): Tensor => {
      const length = shape.reduce((product, size) => product * size, 1);
      return tensor(
        shape,
        Array.from({ length }, (_, i) => Math.sin(i * 1.7 + at)),
      );
    };
    const sizes = (value: ValueId) => whole.types[value]?.shape as readonly number[];
    const given = (
      { name, value }: { readonly name: string; readonly value: ValueId },
      at: number,
    ): [string, Tensor] => {
      const mask = masks.get(name);
      return [name, mask === undefined ? numbers(sizes(value), at) : tensor(sizes(value), mask)];
    };
    const feed: Feed = {
      inputs: Object.fromEntries(whole.inputs.map(given)),
      slots: Object.fromEntries(whole.slots.map((slot, at) => given(slot, at + 10))),
      batch: 1,
    };
    const total = whole.types.length;
    const summed: Graph = {
      ...whole,
      nodes: [
        ...whole.nodes,
        { op: "square", attributes: {}, inputs: [net], outputs: [total], path: "test.square" },
        {
          op: "reduce_sum",
          attributes: { axes: [0, 1], keep: false },
          inputs: [total],
          outputs: [total + 1],
          path: "t",
        },
      ],
      types: [...whole.types, { dtype: "float32", shape: sizes(net) }, { dtype: "float32", shape: [] }],
      outputs: [{ name: "loss", value: total + 1 }],
    };
    const parameters = new Set(whole.slots.filter(({ role }) => role === "parameter").map(({ name }) => name));
    const leaves = leavesOf(summed).filter(({ name }) => parameters.has(name) || name === "image");
    const { gradients } = reverseGradients(summed, total + 1, leaves, feed);
    for (const [i, leaf] of leaves.entries()) {
      const found = gradients[i] as Tensor;
      const direction = Float64Array.from(found.data, (_, at) => Math.cos(at * 2.3 + i));
      const [up, down] = [1e-6, -1e-6].map((by) => lossOf(summed, total + 1, moved(feed, leaf, direction, by)));
      const wanted = ((up as number) - (down as number)) / 2e-6;
      const slope = found.data.reduce((sum, value, at) => sum + value * (direction[at] as number), 0);
      assert.ok(Math.abs(slope - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)), `${leaf.name}: ${slope}, ${wanted}`);
    }
  });
});

suite("masks: drawn from a place in the run", (test) => {
  test("0 or 1 / keep, as often as keep says", async () => {
    const { graph } = droppingLoss("dropout", 0.3, [100, 1000]);
    const [mask = new Float32Array()] = drawMasks(graph, start).values();
    assert.is(mask.length, 100_000);
    const [zeros, kept] = [0, Math.fround(1 / 0.7)].map((value) => mask.filter((x) => x === value).length);
    assert.is((zeros as number) + (kept as number), mask.length);
    // Six standard deviations of a binomial.
    assert.ok(Math.abs((zeros as number) - 30_000) < 6 * Math.sqrt(100_000 * 0.3 * 0.7));
  });

  test("p = 1 drops all", () => {
    const [mask = new Float32Array(1).fill(1)] = drawMasks(droppingLoss("dropout", 1, [50]).graph, start).values();
    assert.ok(mask.every((x) => x === 0));
  });

  test("the same place draws the same masks; another seed, epoch, step or layer others", async () => {
    const step = await stepOf("linear(5)");
    const draw = (place: Partial<PlaceInRun>) => drawMasks(step, { ...start, ...place }).get("mask.logits.dropout");
    assert.is(draw({})?.length, 8 * 6);
    assert.equal(draw({}), draw({}));
    for (const other of [{ seed: 4 }, { epoch: 1 }, { step: 1 }]) assert.not.equal(draw(other), draw({}));
    // Epoch 1 step 23 is not epoch 12 step 3.
    assert.not.equal(draw({ epoch: 1, step: 23 }), draw({ epoch: 12, step: 3 }));
  });

  test("a new layer leaves the others' masks as they are", async () => {
    const [before, after] = [await stepOf("linear(5)"), await stepOf("linear(9) -> dropout(0.1) as late -> linear(5)")];
    const path = "mask.features.drop_path";
    assert.equal(drawMasks(after, start).get(path), drawMasks(before, start).get(path));
    assert.is(drawMasks(before, start).size, 2);
    assert.is(drawMasks(after, start).size, 3);
  });

  test("what a data set has to fill is the rest", async () => {
    const step = await stepOf("linear(5)");
    assert.equal(dataInputs(step), [
      { name: "image", shape: [8, 3, 8, 8] },
      { name: "data.label", shape: [8, 5] },
    ]);
  });
});

suite("masks: at inference there are none", (test) => {
  test("optimised, nothing is left of what drops", () => {
    const net = new Network("Deployed");
    const x = net.input("x", [N, 4]);
    const y = net.layer("dropout", [net.layer("relu", [x], {}, "relu")], { p: 0.5 }, "drop");
    net.layer("relu", [y], {}, "again");
    const graph = net.finish({ y: net.layer("drop_path", [y], { p: 0.5 }, "path") });
    const after = optimize({ graph, weights: new Map<string, Float32Array>() }, 1);
    assert.equal(
      after.graph.nodes.map(({ op }) => op),
      ["relu"],
    );
    assert.equal(names(after.graph), ["x"]);
  });
});
