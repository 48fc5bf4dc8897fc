import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { broadcastShapes, isMismatch } from "../ir/broadcast.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type Shape, sameDim, type TensorType } from "../ir/shape.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { countOf, expandTo } from "./expand.js";
import { sizesOf, sumToSizes, transposeLast } from "./gradient-arithmetic.js";
import { only } from "./read-nodes.js";
import { addRowProducts } from "./row-products.js";
import { cellByCell, gone } from "./spatial.js";
import { surface } from "./surface.js";
import type { Register, TfjsBuilder } from "./tfjs/builder.js";
import { natural } from "./tfjs/layout.js";
import { tiledOperand } from "./tfjs/tiled.js";
import { torchCall } from "./torch/plain-forms.js";

function productShape(a: Shape, b: Shape): Shape | Problem {
  const mismatch = problem("shape/matmul-mismatch", { left: a, right: b }, "input");
  if (a.length < 2 || b.length < 2) return mismatch;
  const batches = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
  if (isMismatch(batches) || !sameDim(a.at(-1) as Dim, b.at(-2) as Dim)) return mismatch;
  return [...batches, a.at(-2) as Dim, b.at(-1) as Dim];
}

/** If the last two axes of a matrix are stored transposed, the kernel itself transposes it back. */
function heldMatrices(tfjs: TfjsBuilder, value: ValueId | undefined): readonly [Register, boolean] {
  const order = natural(tfjs.sizesOf(value).length);
  const turned = [...order.slice(0, -2), order.length - 1, order.length - 2];
  const isTurned = tfjs.layoutOf(value).join() === turned.join();
  return [isTurned ? tfjs.asHeld(value) : tfjs.plain(value), isTurned];
}

const batchesOf = (tfjs: TfjsBuilder, value: ValueId | undefined): readonly number[] =>
  tfjs.sizesOf(value).slice(0, -2);

/** The left matrices, repeated where both sides' batches are broadcast: TensorFlow.js' own backends pair them wrongly. */
function repeatedBatches(
  tfjs: TfjsBuilder,
  left: ValueId | undefined,
  right: ValueId | undefined,
  result: ValueId | undefined,
): readonly [Register, boolean] {
  const batches = batchesOf(tfjs, result);
  const count = (of: readonly number[]): number => of.reduce((product, size) => product * size, 1);
  const isRepeated = (value: ValueId | undefined): boolean => count(batchesOf(tfjs, value)) < count(batches);
  if (!isRepeated(left) || !isRepeated(right)) return heldMatrices(tfjs, left);
  const sizes = [...batches, ...tfjs.sizesOf(left).slice(-2)];
  return [tiledOperand(tfjs, left, natural(sizes.length), sizes), false];
}

export const matmul = defineOp({
  name: "matmul",
  family: "product",
  doc: "The matrix product over the last two axes; the axes before are broadcast.",
  inputs: [
    { name: "a", role: "tensor" },
    { name: "b", role: "tensor" },
  ],
  results: ["output"],
  attributes: {},
  surfaces: [
    surface({
      name: "matmul",
      kind: "function",
      doc: "The matrix product over the last two axes.",
      inputs: ["a", "b"],
      parameters: {},
      resolve: () => ({}),
    }),
  ],
  slots: () => ({}),
  inferTypes: (inputs) => {
    const [a, b] = inputs as readonly [TensorType, TensorType];
    const wrong = floatProblem("matmul", inputs);
    if (wrong) return wrong;
    const shape = productShape(a.shape, b.shape);
    return isProblem(shape) ? shape : [{ dtype: a.dtype, shape }];
  },
  work: ([a], [output]) => {
    const outputs = elementCount((output as TensorType).shape);
    const products = elementCount((a as TensorType).shape.slice(-1));
    return work({ multiplies: outputs * products, adds: outputs * (products - 1) });
  },
  evaluate: (inputs) => {
    const [a, b] = inputs as readonly [Tensor, Tensor];
    const shape = productShape(a.shape, b.shape) as readonly number[];
    const batches = shape.slice(0, -2);
    const [rows, inner, columns] = [a.shape.at(-2) as number, a.shape.at(-1) as number, b.shape.at(-1) as number];
    const left = expandTo(a, [...batches, rows, inner]).data;
    const right = expandTo(b, [...batches, inner, columns]).data;
    const out = new Float64Array(countOf(shape));
    const turned = new Float64Array(inner * columns);
    for (let batch = 0; batch < countOf(batches); batch++) {
      for (let k = 0; k < inner; k++) {
        for (let column = 0; column < columns; column++) {
          turned[column * inner + k] = right[(batch * inner + k) * columns + column] as number;
        }
      }
      const ours = { data: left, start: batch * rows * inner, count: rows };
      addRowProducts(out, batch * rows * columns, ours, { data: turned, start: 0, count: columns }, inner);
    }
    return [{ shape, data: out }];
  },
  gradient: (builder, { inputs }, [g]) => {
    const [a, b] = inputs as readonly [ValueId, ValueId];
    const forA = builder.node("matmul", [g as ValueId, transposeLast(builder, b)]);
    const forB = builder.node("matmul", [transposeLast(builder, a), g as ValueId]);
    return [sumToSizes(builder, forA, sizesOf(builder, a)), sumToSizes(builder, forB, sizesOf(builder, b))];
  },
  readOnnx: [
    {
      nodeTypes: ["MatMul"],
      read: (site) => {
        if ([0, 1].some((i) => site.shapeOf(i).length < 2))
          return site.refuse("it multiplies by a vector; lferc counts products of matrices");
        // Input 2: an addend that fused-nodes.ts found after the product.
        const [product, hasSum] = [site.make([site.tensor(0), site.tensor(1)], {}), site.has(2)];
        return isProblem(product) || !hasSum ? product : only(site.one("add", [...product, site.tensor(2)]));
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }) => {
    onnx.node("MatMul", inputs, {}, outputs);
  },
  lowerToTorch: torchCall("torch.matmul"),
  lowerToTfjs: (tfjs, { inputs: [left, right], outputs: [y] }) => {
    const [[a, transposeA], [b, transposeB]] = [repeatedBatches(tfjs, left, right, y), heldMatrices(tfjs, right)];
    tfjs.set(y, tfjs.kernel("BatchMatMul", { a, b }, { transposeA, transposeB }));
  },
  window: () => undefined,
  spatial: (inputs, outputs) => {
    const [a = [], b = []] = cellByCell(inputs, outputs);
    return [a.with(-1, gone), b.with(-2, gone)];
  },
  isIdentity: () => false,
  facts: ([a]) => ({ productsPerOutput: elementCount((a as TensorType).shape.slice(-1)) }),
  pieces: () => ({ kind: "product" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
