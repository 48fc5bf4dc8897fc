import { isProblem, problem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { notReadBack } from "./onnx-node.js";
import { avgPoolAttributes, evaluatePool, forEachWindow, poolWindow } from "./pooling.js";
import { pooled, stamped } from "./spatial.js";
import { byChannel, divisorOf, onesFor, sumTold } from "./tfjs/average-windows.js";
import { inputGradient } from "./tfjs/convolution-gradients.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { nhwc, storedSizes } from "./tfjs/layout.js";
import { cutPadding, paddedWindow } from "./tfjs/window.js";
import { leftToAutograd } from "./torch/lowering.js";
import { uncoveredCells, windowProblem } from "./window-arithmetic.js";

const attributes = attributesOf({
  ...avgPoolAttributes,
  size: { kind: "ints", length: 2, min: 1, doc: "[height, width] of the pooled map" },
});

export type AvgPoolInputGradientAttributes = AttributesOf<typeof attributes>;

const cellsOf = ({ kernel }: AvgPoolInputGradientAttributes): number => kernel[0] * kernel[1];

/** The divisor of each window, [1, 1, h, w]. */
export function divisors(a: AvgPoolInputGradientAttributes): Tensor {
  const map: Tensor = { shape: [1, 1, ...a.size], data: new Float64Array(a.size[0] * a.size[1]) };
  const sum = (joined: number): number => joined;
  return evaluatePool(map, a, 0, sum, (_, inside, counted) => (a.count_include_pad ? counted : inside));
}

/** Distributes each window's gradient equally over the cells of the window. */
export const avgPoolInputGradient = defineOp({
  name: "avg_pool_input_gradient",
  family: "training",
  doc: "The gradient of avg_pool for its input, from its result's gradient.",
  inputs: [{ name: "result_gradient", role: "tensor" }],
  results: ["input_gradient"],
  attributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: ([g], a) => {
    const { dtype, shape } = g as TensorType;
    const op = "avg_pool_input_gradient";
    const wrong = floatProblem(op, [g as TensorType]);
    if (wrong) return wrong;
    if (shape.length !== 4) return problem("shape/wrong-rank", { op, expected: 4, actual: shape }, "input");
    if (typeof shape[1] !== "number") return problem("shape/needs-fixed-size", { op, axis: 1, actual: shape }, "input");
    const outer = [shape[0] as Dim, shape[1]] as const;
    const misfit = windowProblem(op, shape, outer, a.size, poolWindow(a));
    return isProblem(misfit) ? misfit : [{ dtype, shape: [...outer, ...a.size] }];
  },
  work: ([g], _, a) => {
    const windows = elementCount((g as TensorType).shape);
    return work({ divisions: windows, adds: windows * cellsOf(a) });
  },
  evaluate: ([g], a) => {
    const { shape, data } = g as Tensor;
    const [batch = 0, channels = 0] = shape;
    const [height, width] = a.size;
    const out = new Float64Array(batch * channels * height * width);
    const outShape = [batch, channels, height, width];
    forEachWindow(outShape, a, (result, map, { rows, columns, counted }) => {
      const inside = (rows[1] - rows[0]) * (columns[1] - columns[0]);
      const part = (data[result] as number) / (a.count_include_pad ? counted : inside);
      for (let row = rows[0]; row < rows[1]; row++) {
        const base = (map * height + row) * width;
        for (let column = columns[0]; column < columns[1]; column++)
          out[base + column] = (out[base + column] as number) + part;
      }
    });
    return [{ shape: outShape, data: out }];
  },
  gradient: notDifferentiable("first order only"),
  // A depthwise transposed convolution with a kernel of ones.
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, { inputs: [g = ""], outputs, inputTypes }, a) => {
    const one = (op: string, inputs: readonly string[], attributes = {}): string =>
      onnx.node(op, inputs, attributes)[0] ?? "";
    const channels = (inputTypes[0] as TensorType).shape[1] as number;
    const counts = divisors(a);
    const [first = 1] = counts.data;
    const divisor = counts.data.every((count) => count === first)
      ? onnx.floats(first)
      : one("Reshape", [onnx.floats([...counts.data]), onnx.int64s(counts.shape)]);
    const ones = one("Expand", [onnx.floats([1]), onnx.int64s([channels, 1, ...a.kernel])]);
    const attributes = {
      group: channels,
      kernel_shape: a.kernel,
      output_padding: uncoveredCells(a.size, poolWindow(a)),
      pads: a.padding,
      strides: a.stride,
    };
    onnx.node("ConvTranspose", [one("Div", [g, divisor]), ones], attributes, outputs);
  },
  lowerToTorch: leftToAutograd,
  lowerToTfjs: (tfjs, { inputs: [g], outputs: [dx] }, a) => {
    const sizes = storedSizes(tfjs.sizesOf(dx), nhwc);
    const [batch = 1, , , channels = 1] = sizes;
    const padded = paddedWindow(a.size, a);
    const parts = kernelsOf(tfjs).div(tfjs.map(g), divisorOf(tfjs, divisors(a)));
    const made = byChannel(tfjs, parts, channels, a.stride, (part, count, isDepthwise) => {
      const gradient = {
        told: sumTold(a, padded),
        input: [batch, ...padded.size, count],
        filter: [...a.kernel, count, 1],
      } as const;
      return inputGradient(tfjs, isDepthwise, [part, onesFor(tfjs, a.kernel, count)], gradient);
    });
    tfjs.set(dx, cutPadding(tfjs, made, padded, sizes), nhwc);
  },
  window: () => undefined,
  spatial: (_, __, a) => pooled((axis) => stamped(axis + 2, a.kernel[axis], a.stride[axis])),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
