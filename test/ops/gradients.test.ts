import * as assert from "uvu/assert";
import type { Graph, ValueId } from "../../src/ir/graph.js";
import type { Shape } from "../../src/ir/shape.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { findOp, gradientOps, layerOps } from "../../src/ops/registry.js";
import { randomStream } from "../../src/random/stream.js";
import type { Feed } from "../../src/reference/interpret.js";
import { type Leaf, leavesOf, lossOf, moved, reverseGradients } from "../autodiff/finite-differences.js";
import { suite } from "../support/suite.js";
import type { OpCase } from "./case-inputs.js";
import { cases } from "./cases.js";
import { Network } from "./network.js";
import { feedOf, singleOpGraph } from "./single-op.js";

const batch = 2;

const isDifferentiable = (op: string): boolean => typeof findOp(op)?.gradient === "function";

/** The weighted sum of the op's results, with a different weight for each element, so that every element's gradient is tested. */
function weightedSum(row: OpCase): { readonly graph: Graph; readonly loss: ValueId; readonly feed: Feed } {
  const bare = singleOpGraph(row);
  const network = new Network("Weighted");
  const inputs = row.inputs.map(({ shape, dtype }, i) => network.input(`in_${i}`, shape, dtype));
  const results = network.node(row.op, inputs, row.attributes ?? {}, "layer");
  const sums = results.map((value, i) => {
    const weights = network.input(`weight_${i}`, network.builder.typeOf(value).shape);
    const product = network.layer("mul", [value, weights], {}, `product_${i}`);
    return network.layer("sum", [product], {}, `sum_${i}`);
  });
  const loss = sums.reduce((a, b, i) => network.layer("add", [a, b], {}, `total_${i}`));
  const graph = bindBatch(network.finish({ loss }), batch);
  const feed = feedOf(row, bare, batch);
  const weights = results.map((value, i): [string, Tensor] => {
    const shape = graph.types[value]?.shape as readonly number[];
    const random = randomStream(5, `${row.op} ${row.title} weight ${i}`);
    const length = shape.reduce((product, size) => product * size, 1);
    return [`weight_${i}`, { shape, data: Float64Array.from({ length }, () => random.normal()) }];
  });
  return { graph, loss, feed: { ...feed, inputs: { ...feed.inputs, ...Object.fromEntries(weights) } } };
}

/** Every element alone, by central differences in double precision. */
function assertSlopes(row: OpCase): void {
  const { graph, loss, feed } = weightedSum(row);
  const leaves = leavesOf(graph).filter(({ name }) => !name.startsWith("weight_"));
  const { gradients } = reverseGradients(graph, loss, leaves, feed);
  for (const [i, leaf] of leaves.entries()) {
    const found = gradients[i] as Tensor;
    const values = feed[leaf.from][leaf.name] as Tensor;
    assert.equal([...found.shape], [...values.shape], `${leaf.name}: shape`);
    for (const [at, x] of values.data.entries()) {
      const wanted = centralDifference(graph, loss, feed, leaf, at, 1e-5 * Math.max(0.1, Math.abs(x)));
      const got = found.data[at] as number;
      const close = Math.abs(got - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
      assert.ok(close, `${leaf.name}[${at}] at ${x}: ${got}, by differences ${wanted}`);
    }
  }
}

function centralDifference(graph: Graph, loss: ValueId, feed: Feed, leaf: Leaf, at: number, step: number): number {
  const direction = new Float64Array((feed[leaf.from][leaf.name] as Tensor).data.length);
  direction[at] = 1;
  const [up, down] = [step, -step].map((by) => lossOf(graph, loss, moved(feed, leaf, direction, by)));
  return ((up as number) - (down as number)) / (2 * step);
}

/** The gradient of the weighted sum of an op's result, at given values. */
function gradientAt(
  op: string,
  inputs: readonly (readonly number[])[],
  attributes = {},
  shape: Shape = [inputs[0]?.length ?? 0],
): readonly (readonly number[])[] {
  const network = new Network("Tie");
  const values = inputs.map((_, i) => network.input(`in_${i}`, shape));
  const [result = 0] = network.node(op, values, attributes, "layer");
  const loss = network.layer("sum", [result], {}, "sum");
  const graph = network.finish({ loss });
  const feed: Feed = {
    inputs: Object.fromEntries(
      inputs.map((data, i) => [`in_${i}`, { shape: shape as number[], data: Float64Array.from(data) }]),
    ),
    slots: {},
    batch: 1,
  };
  return reverseGradients(graph, loss, leavesOf(graph), feed).gradients.map(({ data }) => [...data]);
}

suite("ops: gradients against finite differences", (test) => {
  test("every op of networks has a gradient with a row, or says why not", () => {
    for (const [name, { gradient }] of Object.entries(layerOps)) {
      if (typeof gradient === "function")
        assert.ok(
          cases.some(({ op }) => op === name),
          name,
        );
      else assert.ok(gradient.notDifferentiable.length > 10, name);
    }
  });

  test("gradient ops are not differentiated again, but for the training form of batch_norm", () => {
    const again = Object.keys(gradientOps).filter(isDifferentiable);
    assert.equal(again, ["batch_norm_training"]);
  });

  for (const row of cases) {
    if (isDifferentiable(row.op)) test(`${row.op}: ${row.title}`, () => assertSlopes(row));
  }
});

suite("ops: gradients at ties are PyTorch's", (test) => {
  test("relu at 0, relu6 at 0 and 6, abs at 0, hard_sigmoid and hard_swish at -3 and 3", () => {
    assert.equal(gradientAt("relu", [[-1, 0, 1]]), [[0, 0, 1]]);
    assert.equal(gradientAt("relu6", [[-1, 0, 1, 6, 7]]), [[0, 0, 1, 0, 0]]);
    assert.equal(gradientAt("leaky_relu", [[-1, 0, 1]], { slope: 0.25 }), [[0.25, 0.25, 1]]);
    assert.equal(gradientAt("elu", [[0, 1]], { alpha: 0.5 }), [[0.5, 1]]);
    assert.equal(gradientAt("abs", [[-2, 0, 2]]), [[-1, 0, 1]]);
    assert.equal(gradientAt("hard_sigmoid", [[-3, 0, 3]]), [[0, 1 / 6, 0]]);
    assert.equal(gradientAt("hard_swish", [[-3, 0, 3]]), [[0, 0.5, 1]]);
  });

  test("clip passes at its bounds", () => {
    assert.equal(gradientAt("clip", [[-2, -1, 0, 1, 2]], { min: -1, max: 1 }), [[0, 1, 1, 1, 0]]);
  });

  test("maximum and minimum share evenly", () => {
    const [a, b] = [
      [1, 2, 3],
      [1, 3, 2],
    ];
    assert.equal(gradientAt("maximum", [a, b]), [
      [0.5, 0, 1],
      [0.5, 1, 0],
    ]);
    assert.equal(gradientAt("minimum", [a, b]), [
      [0.5, 1, 0],
      [0.5, 0, 1],
    ]);
  });

  test("equal extremes of a reduction share evenly", () => {
    const axes = { axes: [0], keep: false };
    assert.equal(gradientAt("reduce_max", [[1, 3, 3, 0]], axes), [[0, 0.5, 0.5, 0]]);
    assert.equal(gradientAt("reduce_min", [[0, 3, 0, 0, 0]], axes), [[0.25, 0, 0.25, 0.25, 0.25]]);
  });

  test("max_pool gives all to the first maximum of a window", () => {
    const attributes = { kernel: [2, 2], stride: [1, 1], padding: [0, 0, 0, 0] };
    assert.equal(gradientAt("max_pool", [[1, 1, 1, 1, 1, 1]], attributes, [1, 1, 2, 3]), [[1, 1, 0, 0, 0, 0]]);
    assert.equal(gradientAt("max_pool", [[0, 2, 0, 2, 2, 2]], attributes, [1, 1, 2, 3]), [[0, 2, 0, 0, 0, 0]]);
    assert.equal(gradientAt("max_pool", [[0, 1, 0, 2, 2, 2]], attributes, [1, 1, 2, 3]), [[0, 0, 0, 1, 1, 0]]);
  });

  test("pow where base or exponent are 0", () => {
    assert.equal(
      gradientAt("pow", [
        [0, 2, 0],
        [0, 0, 2],
      ]),
      [
        [0, 0, 0],
        [0, Math.log(2), 0],
      ],
    );
  });
});
