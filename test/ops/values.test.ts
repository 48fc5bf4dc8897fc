import * as assert from "uvu/assert";
import type { Attributes } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { findOp } from "../../src/ops/registry.js";
import { suite } from "../support/suite.js";

const tensor = (shape: readonly number[], data: readonly number[]): Tensor => ({
  shape,
  data: Float64Array.from(data),
});

function evaluate(op: string, inputs: readonly Tensor[], attributes: Attributes = {}): readonly number[][] {
  return (findOp(op)?.evaluate(inputs, attributes) ?? []).map(({ data }) => [...data]);
}

const vector = (op: string, ...x: number[]): readonly number[] => evaluate(op, [tensor([x.length], x)])[0] ?? [];

function assertClose(actual: readonly number[] | undefined, expected: readonly number[], tolerance = 1e-14): void {
  assert.equal(actual?.length, expected.length);
  for (const [i, wanted] of expected.entries()) {
    const got = actual?.[i] as number;
    assert.ok(Math.abs(got - wanted) <= tolerance * Math.abs(wanted), `element ${i} is ${got}, not ${wanted}`);
  }
}

suite("ops: values worked out by hand", (test) => {
  // Python's decimal module with 60 digits.
  test("mish keeps all digits far out", () => {
    assertClose(vector("mish", 0, 1, -1), [0, 0.8650983882673103, -0.3034014613741089]);
    assertClose(vector("mish", 100, -100, -700), [100, -3.720075976020836e-42, -6.90177358063184e-302]);
  });

  test("sigmoid and softplus neither overflow nor lose small values", () => {
    assertClose(vector("sigmoid", 0, 800, Math.log(3)), [0.5, 1, 0.75]);
    assertClose(vector("sigmoid", -700), [Math.exp(-700)]);
    assertClose(vector("softplus", 0, 800, -40), [Math.log(2), 800, 4.248354255291589e-18]);
  });

  test("log_not_softmax holds at logits of 50 and -50", () => {
    const [row = []] = evaluate("log_not_softmax", [tensor([1, 3], [50, -50, -50])], { axis: 1 });
    // ln(2 exp(-50) / (exp(50) + 2 exp(-50))) and ln(1 - exp(-100) / ..) = -exp(-100).
    assertClose(row, [Math.log(2) - 100, -Math.exp(-100), -Math.exp(-100)]);
  });

  test("log_not_softmax of two classes is log_softmax with the classes swapped", () => {
    const x = tensor([1, 2], [0.3, -1.7]);
    const [[first, second] = []] = evaluate("log_softmax", [x], { axis: 1 });
    assertClose(evaluate("log_not_softmax", [x], { axis: 1 })[0], [second as number, first as number]);
  });

  test("log_not_softmax of a tie for the largest", () => {
    const third = Math.log(2 / 3);
    assertClose(evaluate("log_not_softmax", [tensor([1, 3], [4, 4, 4])], { axis: 1 })[0], [third, third, third]);
  });

  test("channel_shuffle deals groups out one by one", () => {
    const [row] = evaluate("channel_shuffle", [tensor([1, 6, 1, 1], [0, 1, 2, 3, 4, 5])], { groups: 2 });
    assert.equal(row, [0, 3, 1, 4, 2, 5]);
  });

  test("conv2d correlates, it does not flip", () => {
    const attributes = {
      channels: 1,
      kernel: [1, 2],
      stride: [1, 1],
      padding: [0, 0, 0, 1],
      dilation: [1, 1],
      groups: 1,
    };
    const [row] = evaluate("conv2d", [tensor([1, 1, 1, 3], [1, 2, 3]), tensor([1, 1, 1, 2], [10, 1])], {
      ...attributes,
      bias: false,
    });
    assert.equal(row, [12, 23, 30]);
  });

  test("max_pool's padding never wins, avg_pool's counts as zeros", () => {
    const attributes = { kernel: [1, 2], stride: [1, 2], padding: [0, 1, 0, 0] };
    const x = tensor([1, 1, 1, 3], [-4, -2, -6]);
    assert.equal(evaluate("max_pool", [x], attributes)[0], [-4, -2]);
    assert.equal(evaluate("avg_pool", [x], { ...attributes, count_include_pad: true, overhang: [0, 0] })[0], [-2, -4]);
    assert.equal(evaluate("avg_pool", [x], { ...attributes, count_include_pad: false, overhang: [0, 0] })[0], [-4, -4]);
  });

  test("avg_pool whose last window hangs over divides by what does not, as PyTorch does", () => {
    const x = tensor([1, 1, 6, 1], [1, 1, 1, 1, 1, 1]);
    // AvgPool2d(3, 2, padding=1, ceil_mode=True) over ones, a column of it.
    const attributes = { kernel: [3, 1], stride: [2, 1], padding: [1, 0, 2, 0], overhang: [1, 0] };
    assert.equal(evaluate("avg_pool", [x], { ...attributes, count_include_pad: true })[0], [2 / 3, 1, 1, 1 / 2]);
    assert.equal(evaluate("avg_pool", [x], { ...attributes, count_include_pad: false })[0], [1, 1, 1, 1]);
  });

  test("adaptive_avg_pool: bins overlap where they do not fit", () => {
    const x = tensor([1, 1, 1, 5], [1, 2, 4, 8, 16]);
    const rounded = (size: readonly number[]) =>
      evaluate("adaptive_avg_pool", [x], { size })[0]?.map((value) => Number(value.toFixed(12)));
    assert.equal(rounded([1, 3]), [1.5, 4.666666666667, 12]);
    assert.equal(rounded([2, 1]), [6.2, 6.2]);
  });

  test("batch_norm is PyTorch's", () => {
    const of = (...data: number[]): Tensor => tensor([2], data);
    const inputs = [tensor([1, 2, 1, 1], [3, 5]), of(2, 1), of(0.5, -1), of(1, 5), of(4, 1)];
    assert.equal(evaluate("batch_norm", inputs, { epsilon: 0, momentum: 0.1 })[0], [2.5, -1]);
  });

  test("split and slice along the batch's neighbours", () => {
    const x = tensor([2, 3], [0, 1, 2, 3, 4, 5]);
    assert.equal(evaluate("split", [x], { axis: 1, sizes: [1, 2] }), [
      [0, 3],
      [1, 2, 4, 5],
    ]);
    assert.equal(evaluate("slice", [x], { axis: 1, from: 1, to: 3 }), [[1, 2, 4, 5]]);
    assert.equal(evaluate("split", [x], { axis: 0, sizes: [-1, -1] }), [
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });
});
