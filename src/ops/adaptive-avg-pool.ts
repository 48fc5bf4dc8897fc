import { problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { sizesOf } from "./gradient-arithmetic.js";
import {
  type AxisMatrix,
  axisMatrix,
  evaluateSeparable,
  gradientOfSeparable,
  lowerSeparable,
} from "./separable-map.js";
import { surface } from "./surface.js";
import type { Pair } from "./window-arithmetic.js";

type AdaptiveAvgPoolAttributes = { readonly size: Pair };

/** The cells `[from, to)` of bin `index`: floor(index * size / bins) to ceil((index + 1) * size / bins), as PyTorch has it. */
function binOf(index: number, size: number, bins: number): Pair {
  return [Math.floor((index * size) / bins), Math.ceil(((index + 1) * size) / bins)];
}

/** All bins along one axis, each `[from, to)`: they overlap where the axis does not fit. */
export const binsOf = (size: number, bins: number): readonly Pair[] =>
  Array.from({ length: bins }, (_, bin) => binOf(bin, size, bins));

/** Cells that are looked at along one axis: more than there are where bins overlap. */
export const cellsSeen = (size: number, bins: number): number =>
  binsOf(size, bins).reduce((sum, [from, to]) => sum + to - from, 0);

/** The means along one axis: a bin's cells have equal parts. */
export const binMatrix = (size: number, bins: number): AxisMatrix =>
  axisMatrix(size, bins, (bin) => {
    const [from, to] = binOf(bin, size, bins);
    return Array.from({ length: to - from }, (_, i) => [from + i, 1 / (to - from)] as const);
  });

/** The window that all bins are, where they are of one size side by side; undefined where they differ or overlap. */
export function evenWindow([height, width]: Pair, [bins, across]: Pair): Pair | undefined {
  return height % bins === 0 && width % across === 0 ? [height / bins, width / across] : undefined;
}

/**
 * PyTorch's AdaptiveAvgPool2d. Bins of one size are an average pool; where they differ or overlap the means are two matrix
 * products, y = R x C, in the file as in the gradient, dx = R' dy C'.
 */
export const adaptiveAvgPool = defineOp<AdaptiveAvgPoolAttributes>({
  name: "adaptive_avg_pool",
  doc: "The mean of each bin of a map cut into as many bins as the result has cells.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: { size: { kind: "ints", length: 2, min: 1, doc: "[height, width] of the result" } },
  surfaces: [
    surface({
      name: "adaptive_avg_pool",
      kind: "function",
      doc: "A map of this size, whatever came in: each cell is the mean of its part of the input.",
      inputs: ["input"],
      parameters: { size: { kind: "size", min: 1, doc: "height and width of the result" } },
      resolve: ({ size }) => ({ size }),
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { size }) => {
    const { dtype, shape } = input as TensorType;
    const op = "adaptive_avg_pool";
    const wrong = floatProblem(op, [input as TensorType]);
    if (wrong) return wrong;
    if (shape.length !== 4) return problem("shape/wrong-rank", { op, expected: 4, actual: shape }, "input");
    const moving = [2, 3].find((axis) => typeof shape[axis] !== "number");
    if (moving !== undefined) return problem("shape/needs-fixed-size", { op, axis: moving, actual: shape }, "input");
    return [{ dtype, shape: [shape[0] as Dim, shape[1] as Dim, ...size] }];
  },
  work: ([input], [output], { size }) => {
    const [, , height, width] = (input as TensorType).shape as readonly [Dim, Dim, number, number];
    const outputs = elementCount((output as TensorType).shape);
    const averaged = cellsSeen(height, size[0]) * cellsSeen(width, size[1]) * (outputs / (size[0] * size[1]));
    return work({ adds: averaged - outputs, divisions: outputs });
  },
  evaluate: ([input], { size }) => {
    const { shape } = input as Tensor;
    const [rows, columns] = [binMatrix(shape[2] ?? 0, size[0]), binMatrix(shape[3] ?? 0, size[1])];
    return [evaluateSeparable(input as Tensor, rows, columns)];
  },
  gradient: (builder, { inputs }, [g], { size }) => {
    const [, , height = 1, width = 1] = sizesOf(builder, inputs[0] as ValueId);
    const kernel = evenWindow([height, width], size);
    if (kernel !== undefined) {
      const pool = { kernel, stride: kernel, padding: [0, 0, 0, 0], count_include_pad: true, overhang: [0, 0] };
      return [builder.node("avg_pool_input_gradient", [g as ValueId], { ...pool, size: [height, width] })];
    }
    return [gradientOfSeparable(builder, g as ValueId, binMatrix(height, size[0]), binMatrix(width, size[1]))];
  },
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs, inputTypes }, { size }) => {
    const [, , height, width] = (inputTypes[0] as TensorType).shape as readonly [Dim, Dim, number, number];
    const kernel = evenWindow([height, width], size);
    if (kernel !== undefined) {
      onnx.node("AveragePool", [x], { kernel_shape: kernel, strides: kernel }, outputs);
      return;
    }
    lowerSeparable(onnx, x, outputs, binMatrix(height, size[0]), binMatrix(width, size[1]));
  },
  // Its bins depend on the map's size: no window of fixed size says that.
  window: () => undefined,
  inPlace: false,
});
