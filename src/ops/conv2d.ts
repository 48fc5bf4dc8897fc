import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { Attributes, ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import type { ChannelUse } from "./channel-use.js";
import { defineOp, type Tensor, type Window, work } from "./contracts.js";
import { convolve } from "./convolve.js";
import { convolveByPairs, fewPairsOf, manySamples } from "./depthwise-products.js";
import { floatProblem } from "./dtype-rules.js";
import { reshapeTo, sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { productsOf, reachedTaps } from "./reached-taps.js";
import { asBefore, asMap, biasOf, mapShape, windowOfNode } from "./read-windows.js";
import { convolved, sliding } from "./spatial.js";
import { type Parameter, surface } from "./surface.js";
import type { Register, TfjsBuilder, TfjsSite } from "./tfjs/builder.js";
import {
  cellsOf,
  convolutionOf,
  convolutionTold,
  filterChannels,
  filterLayout,
  filterOf,
  isPointwise,
  kernelsSideBySide,
  matrixProduct,
} from "./tfjs/convolution.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { nhwc } from "./tfjs/layout.js";
import { padMap } from "./tfjs/window.js";
import { call, flag, int, pair } from "./torch/python.js";
import { channelsOf, evenPadding, paddedMap } from "./torch/window-padding.js";
import { convolveAttributes, resolvePadding, spanOfKernel, windowedSize } from "./window-arithmetic.js";

const attributes = attributesOf({
  channels: { kind: "int", min: 1, doc: "number of filters" },
  kernel: { kind: "ints", length: 2, min: 1, doc: "[height, width]" },
  ...convolveAttributes,
  bias: { kind: "bool", doc: "whether a bias is added" },
});

type Conv2dAttributes = AttributesOf<typeof attributes>;

const windowOf = (a: Conv2dAttributes): Window => a;

/** Products per output element: kh * kw * input channels / groups. */
export function productsPerOutput(input: TensorType, a: Conv2dAttributes): number {
  return (a.kernel[0] * a.kernel[1] * (input.shape[1] as number)) / a.groups;
}

/** Whether it is depthwise with several channels. */
const isByChannel = ({ groups }: Attributes, [input]: readonly TensorType[]): boolean =>
  groups !== 1 && groups === input?.shape[1];

/** A convolution over all channels at once, or one that keeps each by itself. */
function channelUse([input]: readonly TensorType[], a: Conv2dAttributes): ChannelUse {
  if (a.groups === 1) return { kind: "sums", from: 1, to: 0, withChannels: (channels) => ({ ...a, channels }) };
  if (a.groups !== input?.shape[1]) return { kind: "natural" };
  const withChannels = (channels: number): Attributes => ({ ...a, channels, groups: channels });
  return { kind: "own", results: a.channels / a.groups, withChannels };
}

function lowerToKernels(
  tfjs: TfjsBuilder,
  { inputs: [x, weight, bias], outputs: [y] }: TfjsSite,
  a: Conv2dAttributes,
): void {
  const conv = convolutionOf(tfjs.sizesOf(x), tfjs.sizesOf(weight), tfjs.sizesOf(y), a);
  const k = kernelsOf(tfjs);
  const [inputs, outputs] = conv.channels;
  const set = (result: Register): void =>
    tfjs.set(y, bias === undefined ? result : k.add(result, tfjs.plain(bias)), nhwc);
  if (isPointwise(conv)) {
    const map = { register: tfjs.map(x), sizes: [cellsOf(conv), inputs] } as const;
    const filter = { register: filterOf(tfjs, weight, conv), sizes: conv.channels };
    set(matrixProduct(tfjs, map, filter, [conv.batch, ...conv.size, outputs]));
    return;
  }
  const name = conv.isDepthwise ? "DepthwiseConv2dNative" : "Conv2D";
  const groups = kernelsSideBySide(conv);
  const maps = k.parts(padMap(tfjs, tfjs.map(x), conv.padded), groups, 3, inputs);
  const filters = k.parts(filterOf(tfjs, weight, conv), groups, 3, filterChannels(conv)[1]);
  const told = convolutionTold(conv);
  const results = maps.map((map, i) => tfjs.kernel(name, { x: map, filter: filters[i] as Register }, told));
  set(k.concat(results, 3));
}

const kernelParameters = {
  stride: parameterOf(attributes.stride, { default: [1, 1], doc: "steps between windows" }),
  padding: parameterOf(attributes.padding, {
    computed: "keeps the size at stride 1: dilation * (kernel - 1) / 2 for odd kernels, 0 for even ones",
    doc: "cells of zeros around the map: one number, (height, width) or (top, left, bottom, right)",
  }),
  dilation: parameterOf(attributes.dilation, { default: [1, 1], doc: "distance between the kernel's taps" }),
  bias: parameterOf(attributes.bias, { default: false, doc: "add a learnt number to each output channel" }),
} as const satisfies Record<string, Parameter>;

export const conv2d = defineOp({
  name: "conv2d",
  family: "convolution",
  doc: "2-D convolution (cross-correlation): NCHW input, OIHW weight.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
    { name: "bias", role: "parameter", optional: true },
  ],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "conv",
      kind: "block",
      doc: "2-D convolution.",
      inputs: ["input"],
      parameters: {
        channels: parameterOf(attributes.channels),
        kernel: parameterOf(attributes.kernel, { default: [3, 3], doc: "height and width of the filters" }),
        ...kernelParameters,
        groups: parameterOf(attributes.groups, { default: 1 }),
      },
      resolve: (args) => {
        const padding = resolvePadding(args.padding, args.kernel, args.dilation);
        return isProblem(padding) ? padding : { ...args, padding };
      },
      isFor: (attributes, inputs) => !isByChannel(attributes, inputs),
    }),
    surface({
      name: "depthwise",
      kind: "block",
      doc: "Convolution of each channel separately: groups = input channels.",
      inputs: ["input"],
      parameters: {
        channels: parameterOf(attributes.channels, {
          computed: "the input's channels",
          doc: "number of filters; a multiple of the input's",
        }),
        kernel: parameterOf(attributes.kernel, { default: [3, 3], doc: "height and width of the filters" }),
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
      isFor: isByChannel,
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
    const wrong = floatProblem("conv", [input as TensorType]);
    if (wrong) return wrong;
    const size = windowedSize("conv", shape, windowOf(a));
    if (isProblem(size)) return size;
    const inputChannels = shape[1];
    if (typeof inputChannels !== "number") {
      return problem("shape/needs-fixed-size", { op: "conv", axis: 1, actual: shape }, "input");
    }
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
  gradient: (builder, { inputs }, [resultGradient], { channels, kernel, bias, ...a }) => {
    const [x, weight] = inputs as readonly [ValueId, ValueId];
    const g = resultGradient as ValueId;
    const [, , height = 1, width = 1] = sizesOf(builder, x);
    const forInput = builder.node("conv2d_input_gradient", [weight, g], { ...a, size: [height, width] });
    const forWeight = builder.node("conv2d_weight_gradient", [x, g], { ...a, kernel });
    const forBias = bias ? [reshapeTo(builder, sumToSizes(builder, g, [1, channels, 1, 1]), [channels])] : [];
    return [forInput, forWeight, ...forBias];
  },
  readOnnx: [
    {
      nodeTypes: ["Conv"],
      read: (site) => {
        const [x, sizes] = [site.tensor(0), site.shapeOf(1)];
        if (isProblem(x)) return x;
        const fixed = sizes.filter((size) => typeof size === "number");
        if (fixed.length < sizes.length) return site.refuse("its weight is another one for each sample");
        const window = windowOfNode(site, site.typeOf(x).shape, fixed);
        if (isProblem(window)) return window;
        const groups = site.attributes.int("group", 1);
        const dims = mapShape(fixed, 1);
        const [channels = 0, perGroup = 0] = dims;
        const input = site.typeOf(x).shape[1];
        if (typeof input !== "number" || input !== perGroup * groups) {
          return site.refuse(`its weight is for ${perGroup * groups} channels, and it gets ${String(input)}`);
        }
        if (dims.slice(2).join() !== window.kernel.join())
          return site.refuse("its weight has another kernel than it says");
        const bias = biasOf(site, channels);
        const attributes = { channels, ...window, groups, bias: bias.length > 0 };
        // A weight that is computed, as by weight standardisation, is a value like any other.
        const weight = site.fixed(1) === undefined ? site.tensor(1) : site.weight(1, "parameter", dims);
        if (isProblem(weight)) return weight;
        const filters = site.fixed(1) === undefined ? asMap(site, weight) : weight;
        const made = site.make([asMap(site, x), filters, ...bias], attributes);
        return asBefore(site, made, site.typeOf(x).shape.length);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs, inputTypes, outputTypes, isFixed }, a) => {
    const [input, result] = [inputTypes[0] as TensorType, outputTypes[0] as TensorType];
    const pairs = fewPairsOf(input.shape, result.shape, a.kernel, a);
    // A weight that changes in every run is not prepared in advance by the runtime.
    if (pairs !== undefined && !isFixed[1] && manySamples(pairs)) {
      convolveByPairs(onnx, inputs, pairs, a, outputs);
      return;
    }
    onnx.node(
      "Conv",
      inputs,
      { dilations: a.dilation, group: a.groups, kernel_shape: a.kernel, pads: a.padding, strides: a.stride },
      outputs,
    );
  },
  lowerToTorch: {
    layer: ([input], a) => {
      const padding = evenPadding(a.padding) ?? ([0, 0] as const);
      return call(
        "nn.Conv2d",
        [int("in_channels", channelsOf(input)), int("channels", a.channels), pair("kernel", a.kernel)],
        {
          stride: [pair("stride", a.stride), "1"],
          padding: [pair("padding", padding), "0"],
          dilation: [pair("dilation", a.dilation), "1"],
          groups: [int("groups", a.groups), "1"],
          bias: [flag("bias", a.bias), "True"],
        },
      );
    },
    apply: (layer, site, { padding }) => {
      const x = site.tensor(0);
      return call(layer, [evenPadding(padding) ? x : paddedMap(x, padding)]);
    },
  },
  lowerToTfjs: { lower: lowerToKernels, weightLayout: filterLayout },
  window: windowOf,
  spatial: (inputs, outputs, a) =>
    convolved(inputs, outputs, a.groups, (axis) =>
      sliding(axis + 2, spanOfKernel(a.kernel[axis], a.dilation[axis]), a.stride[axis]),
    ),
  isIdentity: () => false,
  facts: (inputs) => ({ productsPerOutput: productsOf(inputs) }),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => 0,
  channels: channelUse,
  probe: { kind: "layer", fanIn: reachedTaps, channelAxis: 1 },
  inPlace: false,
});
