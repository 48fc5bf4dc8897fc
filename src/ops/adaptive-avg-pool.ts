import { problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { defineOp, type GradientBuilder, type OnnxBuilder, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { sizesOf } from "./gradient-arithmetic.js";
import { surface } from "./surface.js";
import type { Pair } from "./window-arithmetic.js";

type AdaptiveAvgPoolAttributes = { readonly size: Pair };

/** The cells `[from, to)` of bin `index`: floor(index * size / bins) to ceil((index + 1) * size / bins), as PyTorch has it. */
function binOf(index: number, size: number, bins: number): Pair {
  return [Math.floor((index * size) / bins), Math.ceil(((index + 1) * size) / bins)];
}

/** Weights of the mean along one axis, [bins, size] row-major: a bin's cells have equal parts. */
function binWeights(size: number, bins: number): readonly number[] {
  const weights = new Array<number>(bins * size).fill(0);
  for (let bin = 0; bin < bins; bin++) {
    const [from, to] = binOf(bin, size, bins);
    weights.fill(1 / (to - from), bin * size + from, bin * size + to);
  }
  return weights;
}

/** The transposed of a matrix [rows, columns], row-major. */
function turned(matrix: readonly number[], rows: number, columns: number): readonly number[] {
  return Array.from(
    { length: rows * columns },
    (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] as number,
  );
}

/** The window that all bins are, where they are of one size side by side; undefined where they differ or overlap. */
function evenWindow([height, width]: Pair, [bins, across]: Pair): Pair | undefined {
  return height % bins === 0 && width % across === 0 ? [height / bins, width / across] : undefined;
}

function matrixInOnnx(onnx: OnnxBuilder, values: readonly number[], sizes: Pair): string {
  return onnx.node("Reshape", [onnx.floats(values), onnx.int64s(sizes)])[0] ?? "";
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
    const along = (axis: number, bins: number): number => {
      const cells = Array.from({ length: bins }, (_, bin) => binOf(bin, axis, bins));
      return cells.reduce((sum, [from, to]) => sum + to - from, 0);
    };
    const outputs = elementCount((output as TensorType).shape);
    const averaged = along(height, size[0]) * along(width, size[1]) * (outputs / (size[0] * size[1]));
    return work({ adds: averaged - outputs, divisions: outputs });
  },
  evaluate: ([input], { size }) => {
    const { shape, data } = input as Tensor;
    const [batch = 0, channels = 0, height = 0, width = 0] = shape;
    const out = new Float64Array(batch * channels * size[0] * size[1]);
    let at = 0;
    for (let map = 0; map < batch * channels; map++) {
      for (let i = 0; i < size[0]; i++) {
        const [top, bottom] = binOf(i, height, size[0]);
        for (let j = 0; j < size[1]; j++) {
          const [left, right] = binOf(j, width, size[1]);
          let sum = 0;
          for (let row = top; row < bottom; row++) {
            const base = (map * height + row) * width;
            for (let column = left; column < right; column++) sum += data[base + column] as number;
          }
          out[at++] = sum / ((bottom - top) * (right - left));
        }
      }
    }
    return [{ shape: [batch, channels, ...size], data: out }];
  },
  gradient: (builder, { inputs }, [g], { size }) => {
    const [, , height = 1, width = 1] = sizesOf(builder, inputs[0] as ValueId);
    const kernel = evenWindow([height, width], size);
    if (kernel !== undefined) {
      const pool = { kernel, stride: kernel, padding: [0, 0, 0, 0], count_include_pad: true, overhang: [0, 0] };
      return [builder.node("avg_pool_input_gradient", [g as ValueId], { ...pool, size: [height, width] })];
    }
    const matrix = (b: GradientBuilder, shape: Pair, values: readonly number[]): ValueId =>
      b.node("constant", [], { shape, values });
    const rows = matrix(builder, [height, size[0]], turned(binWeights(height, size[0]), size[0], height));
    const columns = matrix(builder, [size[1], width], binWeights(width, size[1]));
    return [builder.node("matmul", [rows, builder.node("matmul", [g as ValueId, columns])])];
  },
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs, inputTypes }, { size }) => {
    const [, , height, width] = (inputTypes[0] as TensorType).shape as readonly [Dim, Dim, number, number];
    const kernel = evenWindow([height, width], size);
    if (kernel !== undefined) {
      onnx.node("AveragePool", [x], { kernel_shape: kernel, strides: kernel }, outputs);
      return;
    }
    const rows = matrixInOnnx(onnx, binWeights(height, size[0]), [size[0], height]);
    const columns = matrixInOnnx(onnx, turned(binWeights(width, size[1]), size[1], width), [width, size[1]]);
    const [means = ""] = onnx.node("MatMul", [rows, x]);
    onnx.node("MatMul", [means, columns], {}, outputs);
  },
  // Its bins depend on the map's size: no window of fixed size says that.
  window: () => undefined,
  inPlace: false,
});
