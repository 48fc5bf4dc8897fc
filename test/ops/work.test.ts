import * as assert from "uvu/assert";
import type { Attributes } from "../../src/ir/graph.js";
import type { Shape } from "../../src/ir/shape.js";
import type { Work } from "../../src/ops/contracts.js";
import { findOp, type ops } from "../../src/ops/registry.js";
import { suite } from "../support/suite.js";
import { cases } from "./cases.js";
import { singleOpGraph } from "./single-op.js";

/** The work facts of the one node of a graph of this op. */
function factsOf(op: keyof typeof ops, shapes: readonly Shape[], attributes: Attributes = {}): Work {
  const graph = singleOpGraph({ op, title: "", inputs: shapes.map((shape) => ({ shape })), attributes });
  const node = graph.nodes[0];
  const typesOf = (values: readonly number[]) => values.map((value) => graph.types[value] as never);
  return findOp(op)?.work(typesOf(node?.inputs ?? []), typesOf(node?.outputs ?? []), attributes) as Work;
}

/** Positions of a window along one axis, by enumeration: every start whose last cell is still in the padded axis. */
function countPositions(size: number, kernel: number, stride: number, padding: number, dilation: number): number {
  let positions = 0;
  for (let start = 0; start + dilation * (kernel - 1) < size + padding; start += stride) positions++;
  return positions;
}

suite("ops: facts of work against brute counting", (test) => {
  test("conv2d multiplies once per tap, padded taps too", () => {
    for (const [channels, groups, kernel, stride, dilation, bias] of [
      [6, 1, 3, 1, 1, false],
      [6, 2, 3, 2, 1, true],
      [8, 4, 2, 2, 2, true],
      [4, 4, 3, 3, 1, false],
    ] as const) {
      const [rows, columns] = [7, 10];
      let [multiplies, adds] = [0, 0];
      const down = countPositions(rows, kernel, stride, 2, dilation);
      const right = countPositions(columns, kernel, stride, 2, dilation);
      for (let filter = 0; filter < channels; filter++) {
        for (let position = 0; position < down * right; position++) {
          let terms = bias ? 1 : 0;
          for (let channel = 0; channel < 4 / groups; channel++) {
            for (let tap = 0; tap < kernel * kernel; tap++) {
              multiplies++;
              terms++;
            }
          }
          adds += terms - 1;
        }
      }
      const facts = factsOf("conv2d", [[1, 4, rows, columns]], {
        channels,
        kernel: [kernel, kernel],
        stride: [stride, stride],
        padding: [1, 1, 1, 1],
        dilation: [dilation, dilation],
        groups,
        bias,
      });
      assert.is(facts.multiplies, multiplies);
      assert.is(facts.adds, adds);
    }
  });

  test("the paper's stem: 29 filters of 3x3 over three channels at 224", () => {
    const attributes = {
      channels: 29,
      kernel: [3, 3],
      stride: [2, 2],
      padding: [1, 1, 1, 1],
      dilation: [1, 1],
      groups: 1,
    };
    const facts = factsOf("conv2d", [[{ batch: 1 }, 3, 224, 224]], { ...attributes, bias: false });
    assert.is(facts.multiplies, 112 * 112 * 29 * 27);
    assert.is(facts.adds, 112 * 112 * 29 * 26);
  });

  test("pools, linear, matmul", () => {
    const pool = { kernel: [3, 2], stride: [2, 2], padding: [1, 0, 1, 0] };
    const cells = 4 * countPositions(7, 3, 2, 2, 1) * countPositions(6, 2, 2, 0, 1);
    assert.is(factsOf("max_pool", [[1, 4, 7, 6]], pool).compares, cells * 5);
    const mean = factsOf("avg_pool", [[1, 4, 7, 6]], { ...pool, count_include_pad: true, overhang: [0, 0] });
    assert.equal([mean.adds, mean.divisions], [cells * 5, cells]);
    const global = factsOf("global_avg_pool", [[1, 4, 7, 6]]);
    assert.equal([global.adds, global.divisions], [4 * 41, 4]);
    const linear = factsOf("linear", [[1, 5]], { features: 3, bias: true });
    assert.equal([linear.multiplies, linear.adds], [15, 15]);
    const product = factsOf("matmul", [
      [2, 3, 5],
      [5, 4],
    ]);
    assert.equal([product.multiplies, product.adds], [2 * 3 * 4 * 5, 2 * 3 * 4 * 4]);
  });

  test("a convolution's gradients multiply as often as it does itself", () => {
    const geometry = { stride: [2, 2], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 2 };
    const [input, weight, output] = [
      [2, 4, 7, 10],
      [6, 2, 3, 3],
      [2, 6, 4, 5],
    ] as const;
    const forward = factsOf("conv2d", [input], { channels: 6, kernel: [3, 3], bias: false, ...geometry });
    const forWeight = factsOf("conv2d_weight_gradient", [input, output], { kernel: [3, 3], ...geometry });
    const forInput = factsOf("conv2d_input_gradient", [weight, output], { size: [7, 10], ...geometry });
    assert.is(forWeight.multiplies, forward.multiplies);
    assert.is(forInput.multiplies, forward.multiplies);
  });

  test("reductions and softmax", () => {
    assert.is(factsOf("reduce_sum", [[2, 3, 4]], { axes: [1, 2], keep: false }).adds, 2 * 11);
    assert.is(factsOf("reduce_max", [[2, 3, 4]], { axes: [0], keep: true }).compares, 12);
    const soft = factsOf("softmax", [[2, 7]], { axis: 1 });
    assert.equal([soft.exponentials, soft.divisions, soft.compares, soft.adds], [14, 14, 12, 2 * (7 + 6)]);
  });

  test("work is that of one sample, in whole numbers", () => {
    for (const row of cases) {
      const graph = singleOpGraph(row);
      const [node] = graph.nodes;
      const typesOf = (values: readonly number[] = []) => values.map((value) => graph.types[value] as never);
      const facts = findOp(row.op)?.work(typesOf(node?.inputs), typesOf(node?.outputs), row.attributes ?? {});
      for (const [fact, count] of Object.entries(facts ?? {})) {
        assert.ok(Number.isSafeInteger(count) && count >= 0, `${row.op} ${row.title}: ${fact} is ${count}`);
      }
    }
  });
});
