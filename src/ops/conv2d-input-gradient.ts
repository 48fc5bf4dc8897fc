import { problem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type OnnxBuilder, type Tensor, work } from "./contracts.js";
import { convolveBack } from "./convolve.js";
import { fewPairsOf, inputGradientByPairs } from "./depthwise-products.js";
import { floatProblem } from "./dtype-rules.js";
import { notReadBack } from "./onnx-node.js";
import { convolved, gone, stamped } from "./spatial.js";
import { convolveBackwards } from "./tfjs/convolution.js";
import { leftToAutograd } from "./torch/lowering.js";
import { convolveAttributes, type Pair, spanOfKernel, uncoveredCells, windowProblem } from "./window-arithmetic.js";

const attributes = attributesOf({
  ...convolveAttributes,
  size: { kind: "ints", length: 2, min: 1, doc: "[height, width] of the input" },
});

type Conv2dInputGradientAttributes = AttributesOf<typeof attributes>;

/** Height and width of an OIHW weight. */
const kernelOf = ({ shape }: TensorType): Pair => [shape[2] as number, shape[3] as number];

/** The padding of the convolution with flipped kernels that equals this gradient at stride 1; undefined if there is none. */
function turnedPadding(kernel: Pair, a: Conv2dInputGradientAttributes): readonly number[] | undefined {
  const padding = a.padding.map(
    (cells, side) => (a.dilation[side % 2] as number) * ((kernel[side % 2] as number) - 1) - cells,
  );
  const isPlain = a.stride.every((step) => step === 1) && padding.every((cells) => cells >= 0);
  return isPlain ? padding : undefined;
}

/** OIHW to IOHW within each group, with kernels rotated by 180 degrees. */
function turnWeight(onnx: OnnxBuilder, weight: string, shape: readonly number[], groups: number): string {
  const one = (op: string, inputs: readonly string[], attributes = {}): string =>
    onnx.node(op, inputs, attributes)[0] ?? "";
  const [filters = 1, perGroup = 1, height = 1, width = 1] = shape;
  let turned = weight;
  if (height * width > 1) {
    const [last, beyond] = [onnx.int64s([height - 1, width - 1]), onnx.int64s([-height - 1, -width - 1])];
    turned = one("Slice", [turned, last, beyond, onnx.int64s([2, 3]), onnx.int64s([-1, -1])]);
  }
  // A depthwise kernel has no channels to exchange.
  if (perGroup === 1 && filters === groups) return turned;
  if (groups === 1) return one("Transpose", [turned], { perm: [1, 0, 2, 3] });
  const grouped = one("Reshape", [turned, onnx.int64s([groups, filters / groups, perGroup, height, width])]);
  const swapped = one("Transpose", [grouped], { perm: [0, 2, 1, 3, 4] });
  return one("Reshape", [swapped, onnx.int64s([groups * perGroup, filters / groups, height, width])]);
}

/**
 * dx[n, c, i*s + u*d - p, ...] += w[o, c, u, v] * dy[n, o, i, ...]: ONNX's ConvTranspose, with conv2d's weight; at stride 1 a
 * Conv, which is faster.
 */
export const conv2dInputGradient = defineOp({
  name: "conv2d_input_gradient",
  family: "training",
  doc: "The gradient of conv2d for its input, from its weight and its result's gradient.",
  inputs: [
    { name: "weight", role: "tensor" },
    { name: "result_gradient", role: "tensor" },
  ],
  results: ["input_gradient"],
  attributes,
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
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, { inputs: [weight = "", g = ""], outputs, inputTypes, outputTypes }, a) => {
    const kernel = kernelOf(inputTypes[0] as TensorType);
    const [input, result] = [outputTypes[0] as TensorType, inputTypes[1] as TensorType];
    const pairs = fewPairsOf(input.shape, result.shape, kernel, a);
    if (pairs !== undefined) {
      inputGradientByPairs(onnx, weight, g, pairs, a, outputs);
      return;
    }
    const padding = turnedPadding(kernel, a);
    if (padding !== undefined) {
      const turned = turnWeight(onnx, weight, (inputTypes[0] as TensorType).shape as readonly number[], a.groups);
      const geometry = {
        dilations: a.dilation,
        group: a.groups,
        kernel_shape: kernel,
        pads: padding,
        strides: a.stride,
      };
      onnx.node("Conv", [g, turned], geometry, outputs);
      return;
    }
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
  lowerToTorch: leftToAutograd,
  lowerToTfjs: convolveBackwards,
  window: () => undefined,
  spatial: (inputs, outputs, a) => {
    const [weight, gradient] = inputs as readonly [TensorType, TensorType];
    const kernel = kernelOf(weight);
    const [moves] = convolved([gradient], outputs, a.groups, (axis) =>
      stamped(axis + 2, spanOfKernel(kernel[axis], a.dilation[axis]), a.stride[axis]),
    );
    return [weight.shape.map(() => gone), moves ?? []];
  },
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
