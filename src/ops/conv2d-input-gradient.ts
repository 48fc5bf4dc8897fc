import { problem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { defineOp, notDifferentiable, type Tensor, work } from "./contracts.js";
import { type ConvolveOptions, convolveBack } from "./convolve.js";
import { floatProblem } from "./dtype-rules.js";
import { type Pair, uncoveredCells, windowProblem } from "./window-arithmetic.js";

type Conv2dInputGradientAttributes = ConvolveOptions & { readonly size: Pair };

/** Height and width of an OIHW weight. */
const kernelOf = ({ shape }: TensorType): Pair => [shape[2] as number, shape[3] as number];

/** dx[n, c, i*s + u*d - p, ...] += w[o, c, u, v] * dy[n, o, i, ...]: what ONNX calls ConvTranspose, with conv2d's own weight. */
export const conv2dInputGradient = defineOp<Conv2dInputGradientAttributes>({
  name: "conv2d_input_gradient",
  doc: "The gradient of conv2d for its input, from its weight and its result's gradient.",
  inputs: [
    { name: "weight", role: "tensor" },
    { name: "result_gradient", role: "tensor" },
  ],
  results: ["input_gradient"],
  attributes: {
    stride: { kind: "ints", length: 2, min: 1, doc: "[down, right]" },
    padding: { kind: "ints", length: 4, min: 0, doc: "[top, left, bottom, right]" },
    dilation: { kind: "ints", length: 2, min: 1, doc: "[down, right]" },
    groups: { kind: "int", min: 1, doc: "independent groups of channels" },
    size: { kind: "ints", length: 2, min: 1, doc: "[height, width] of the input" },
  },
  surfaces: [],
  slots: () => ({}),
  inferTypes: (inputs, a) => {
    const [weight, g] = inputs as readonly [TensorType, TensorType];
    const wrong = floatProblem("conv2d_input_gradient", inputs);
    if (wrong) return wrong;
    const [filters, perGroup] = weight.shape;
    if (weight.shape.length !== 4 || typeof perGroup !== "number") {
      return problem("shape/wrong-rank", { op: "conv2d_input_gradient", expected: 4, actual: weight.shape }, "input");
    }
    const outer = [g.shape[0] as Dim, filters as Dim] as const;
    const misfit = windowProblem("conv2d_input_gradient", g.shape, outer, a.size, { ...a, kernel: kernelOf(weight) });
    return misfit ?? [{ dtype: g.dtype, shape: [outer[0], perGroup * a.groups, ...a.size] }];
  },
  work: (inputs) => {
    const [weight, g] = inputs as readonly [TensorType, TensorType];
    const products = elementCount(g.shape) * elementCount(weight.shape.slice(1));
    return work({ multiplies: products, adds: products });
  },
  evaluate: (inputs, a) => {
    const [weight, g] = inputs as readonly [Tensor, Tensor];
    const channels = (weight.shape[1] as number) * a.groups;
    const x: Tensor = { shape: [g.shape[0] as number, channels, ...a.size], data: new Float64Array() };
    return [convolveBack.forInput(x, weight, g, a)];
  },
  gradient: notDifferentiable("first order only"),
  lowerToOnnx: (onnx, { inputs: [weight = "", g = ""], outputs, inputTypes }, a) => {
    const kernel = kernelOf(inputTypes[0] as TensorType);
    const attributes = {
      dilations: a.dilation,
      group: a.groups,
      kernel_shape: kernel,
      output_padding: uncoveredCells(a.size, { ...a, kernel }),
      pads: a.padding,
      strides: a.stride,
    };
    onnx.node("ConvTranspose", [g, weight], attributes, outputs);
  },
  window: () => undefined,
  inPlace: false,
});
