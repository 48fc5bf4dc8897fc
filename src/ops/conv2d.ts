import { isProblem, problem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { defineOp, type Tensor, type Window, work } from "./contracts.js";
import { type Parameter, surface } from "./surface.js";
import { keepingPadding, type Padding, type Pair, windowedSize } from "./window-arithmetic.js";

type Conv2dAttributes = {
  readonly channels: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
  readonly groups: number;
  readonly bias: boolean;
};

const windowOf = (a: Conv2dAttributes): Window => a;

/** Products that make one output element: kh * kw * input channels / groups. */
export function productsPerOutput(input: TensorType, a: Conv2dAttributes): number {
  return (a.kernel[0] * a.kernel[1] * (input.shape[1] as number)) / a.groups;
}

const kernelParameters = {
  stride: { kind: "size", min: 1, default: [1, 1], doc: "steps between windows" },
  padding: {
    kind: "ints",
    min: 0,
    computed: "keeps the size at stride 1: dilation * (kernel - 1) / 2 for odd kernels, 0 for even ones",
    doc: "cells of zeros around the map: one number, [height, width] or [top, left, bottom, right]",
  },
  dilation: { kind: "size", min: 1, default: [1, 1], doc: "distance between the kernel's taps" },
  bias: { kind: "bool", default: false, doc: "add a learnt number to each output channel" },
} as const satisfies Record<string, Parameter>;

/** One number for all sides, [height, width], or all four; the default keeps the size at stride 1. */
function resolvePadding(given: readonly number[] | undefined, kernel: Pair, dilation: Pair) {
  if (given === undefined) return keepingPadding(kernel, dilation);
  const [a = 0, b = a, c = a, d = b] = given;
  if (given.length === 3 || given.length > 4 || given.length === 0) {
    return problem("value/wrong-length", { what: "padding", expected: "1, 2 or 4", actual: given.length }, "padding");
  }
  return [a, b, c, d] as const;
}

export const conv2d = defineOp<Conv2dAttributes>({
  name: "conv2d",
  doc: "2-D convolution (cross-correlation): NCHW input, OIHW weight.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
    { name: "bias", role: "parameter", optional: true },
  ],
  results: ["output"],
  attributes: {
    channels: { kind: "int", doc: "number of filters" },
    kernel: { kind: "ints", doc: "[height, width]" },
    stride: { kind: "ints", doc: "[down, right]" },
    padding: { kind: "ints", doc: "[top, left, bottom, right]" },
    dilation: { kind: "ints", doc: "[down, right]" },
    groups: { kind: "int", doc: "independent groups of channels" },
    bias: { kind: "bool", doc: "whether a bias is added" },
  },
  surfaces: [
    surface({
      name: "conv",
      kind: "block",
      doc: "2-D convolution.",
      inputs: ["input"],
      parameters: {
        channels: { kind: "int", min: 1, doc: "number of filters" },
        kernel: { kind: "size", min: 1, default: [3, 3], doc: "height and width of the filters" },
        ...kernelParameters,
        groups: { kind: "int", min: 1, default: 1, doc: "independent groups of channels" },
      },
      resolve: (args) => {
        const padding = resolvePadding(args.padding, args.kernel, args.dilation);
        return isProblem(padding) ? padding : { ...args, padding };
      },
    }),
    surface({
      name: "depthwise",
      kind: "block",
      doc: "Convolution of each channel by itself: groups = input channels.",
      inputs: ["input"],
      parameters: {
        channels: {
          kind: "int",
          min: 1,
          computed: "the input's channels",
          doc: "number of filters; a multiple of the input's",
        },
        kernel: { kind: "size", min: 1, default: [3, 3], doc: "height and width of the filters" },
        ...kernelParameters,
      },
      resolve: (args, [input]) => {
        const groups = input?.shape[1];
        if (input?.shape.length !== 4 || typeof groups !== "number") {
          return problem("shape/wrong-rank", { op: "depthwise", expected: 4, actual: input?.shape ?? [] }, "input");
        }
        const channels = args.channels ?? groups;
        if (channels % groups !== 0) {
          const why = "each input channel gets its own filters";
          return problem(
            "shape/not-divisible",
            { what: "depthwise's channels", amount: channels, by: groups, why },
            "channels",
          );
        }
        const padding = resolvePadding(args.padding, args.kernel, args.dilation);
        return isProblem(padding) ? padding : { ...args, channels, groups, padding };
      },
    }),
  ],
  // PyTorch Conv2d.reset_parameters: kaiming_uniform(a = sqrt 5) is U(-b, b) with b = 1 / sqrt(fan_in), for the bias too.
  slots: ([input], a) => {
    const fanIn = productsPerOutput(input as TensorType, a);
    const bound = 1 / Math.sqrt(fanIn);
    const initializer = { kind: "uniform", low: -bound, high: bound } as const;
    const perGroup = ((input as TensorType).shape[1] as number) / a.groups;
    const weight = { type: { dtype: "float32", shape: [a.channels, perGroup, ...a.kernel] }, initializer } as const;
    const bias = { type: { dtype: "float32", shape: [a.channels] }, initializer } as const;
    return a.bias ? { weight, bias } : { weight };
  },
  inferTypes: ([input], a) => {
    const { shape, dtype } = input as TensorType;
    const size = windowedSize("conv", shape, windowOf(a));
    if (isProblem(size)) return size;
    const inputChannels = shape[1] as number;
    if (inputChannels % a.groups !== 0) {
      const why = "the input's channels are cut into groups";
      return problem(
        "shape/not-divisible",
        { what: "conv's input channels", amount: inputChannels, by: a.groups, why },
        "groups",
      );
    }
    if (a.channels % a.groups !== 0) {
      const why = "its filters are shared out over the groups";
      return problem(
        "shape/not-divisible",
        { what: "conv's channels", amount: a.channels, by: a.groups, why },
        "channels",
      );
    }
    return [{ dtype, shape: [shape[0] as Dim, a.channels, ...size] }];
  },
  work: ([input], [output], a) => {
    const outputs = elementCount((output as TensorType).shape);
    const products = productsPerOutput(input as TensorType, a);
    return work({ multiplies: outputs * products, adds: outputs * (products - 1 + (a.bias ? 1 : 0)) });
  },
  evaluate: ([input, weight, bias], a) => [convolve(input as Tensor, weight as Tensor, bias, a)],
  lowerToOnnx: (onnx, { inputs, outputs }, a) => {
    onnx.node(
      "Conv",
      inputs,
      { dilations: a.dilation, group: a.groups, kernel_shape: a.kernel, pads: a.padding, strides: a.stride },
      outputs,
    );
  },
  window: windowOf,
  inPlace: false,
});

/** y[n, o, i, j] = bias[o] + sum over c, u, v of w[o, c, u, v] * x[n, group + c, i*s + u*d - p, j*s + v*d - p]. */
function convolve(input: Tensor, weight: Tensor, bias: Tensor | undefined, a: Conv2dAttributes): Tensor {
  const [batch = 0, inChannels = 0, height = 0, width = 0] = input.shape;
  const [filters = 0, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weight.shape;
  const [top, left, bottom, right] = a.padding;
  const outHeight = Math.floor((height + top + bottom - a.dilation[0] * (kernelHeight - 1) - 1) / a.stride[0]) + 1;
  const outWidth = Math.floor((width + left + right - a.dilation[1] * (kernelWidth - 1) - 1) / a.stride[1]) + 1;
  const filtersPerGroup = filters / a.groups;
  const out = new Float64Array(batch * filters * outHeight * outWidth);
  const [x, w] = [input.data, weight.data];
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < filters; o++) {
      const firstChannel = Math.floor(o / filtersPerGroup) * perGroup;
      const outBase = (n * filters + o) * outHeight * outWidth;
      out.fill(bias?.data[o] ?? 0, outBase, outBase + outHeight * outWidth);
      for (let c = 0; c < perGroup; c++) {
        const inBase = (n * inChannels + firstChannel + c) * height * width;
        for (let u = 0; u < kernelHeight; u++) {
          for (let v = 0; v < kernelWidth; v++) {
            const tap = w[((o * perGroup + c) * kernelHeight + u) * kernelWidth + v] as number;
            const rowShift = u * a.dilation[0] - top;
            const columnShift = v * a.dilation[1] - left;
            for (let i = 0; i < outHeight; i++) {
              const row = i * a.stride[0] + rowShift;
              if (row < 0 || row >= height) continue;
              for (let j = 0; j < outWidth; j++) {
                const column = j * a.stride[1] + columnShift;
                if (column < 0 || column >= width) continue;
                out[outBase + i * outWidth + j] =
                  (out[outBase + i * outWidth + j] as number) + tap * (x[inBase + row * width + column] as number);
              }
            }
          }
        }
      }
    }
  }
  return { shape: [batch, filters, outHeight, outWidth], data: out };
}
