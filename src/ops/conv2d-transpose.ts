import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { convolveBack } from "./convolve.js";
import { reshapeTo, sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { mapProblem } from "./map-problem.js";
import { productsOf } from "./reached-taps.js";
import { asBefore, asMap, biasOf, mapShape, windowOfNode } from "./read-windows.js";
import { convolved, stamped } from "./spatial.js";
import { surface } from "./surface.js";
import { convolveBackwards } from "./tfjs/convolution.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { nhwc } from "./tfjs/layout.js";
import { call, flag, int, pair } from "./torch/python.js";
import { channelsOf, onBothSides, paddedMap } from "./torch/window-padding.js";
import { type Pair, resolvePadding, spanOfKernel } from "./window-arithmetic.js";

const attributes = attributesOf({
  channels: { kind: "int", min: 1, doc: "channels of the result" },
  kernel: { kind: "ints", length: 2, min: 1, doc: "[height, width]" },
  stride: { kind: "ints", length: 2, min: 1, doc: "[down, right]" },
  padding: { kind: "ints", length: 4, min: 0, doc: "[top, left, bottom, right], cut off the result" },
  output_padding: {
    kind: "ints",
    length: 2,
    min: 0,
    doc: "[down, right]: cells more at the end; less than the stride",
  },
  dilation: { kind: "ints", length: 2, min: 1, doc: "[down, right]" },
  groups: { kind: "int", min: 1, doc: "independent groups of channels" },
  bias: { kind: "bool", doc: "whether a bias is added" },
});

type Conv2dTransposeAttributes = AttributesOf<typeof attributes>;

/** (in - 1) * stride - pads + span + output padding, along one axis. */
function grown(size: number, axis: 0 | 1, a: Conv2dTransposeAttributes): number {
  const pads = a.padding[axis] + a.padding[(axis + 2) as 2 | 3];
  return (size - 1) * a.stride[axis] - pads + spanOfKernel(a.kernel[axis], a.dilation[axis]) + a.output_padding[axis];
}

/** The geometry of the convolution whose input gradient this is: from the result's channels to the input's. */
const geometryOf = ({ stride, padding, dilation, groups }: Conv2dTransposeAttributes) => ({
  stride,
  padding,
  dilation,
  groups,
});

/**
 * PyTorch's ConvTranspose2d: y[n, o, i*s + u*d - p, ...] += w[c, o, u, v] * x[n, c, i, ...], the input gradient of a
 * convolution. So its own gradients are a convolution and a convolution's weight gradient.
 */
export const conv2dTranspose = defineOp({
  name: "conv2d_transpose",
  family: "convolution",
  doc: "Transposed 2-D convolution: NCHW input, weight [input channels, channels / groups, height, width].",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
    { name: "bias", role: "parameter", optional: true },
  ],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "conv_transpose",
      kind: "block",
      doc: "Transposed 2-D convolution: with stride 2 and kernel 2 it doubles a map.",
      inputs: ["input"],
      parameters: {
        channels: parameterOf(attributes.channels),
        kernel: parameterOf(attributes.kernel, { default: [3, 3], doc: "height and width of the filters" }),
        stride: parameterOf(attributes.stride, {
          default: [1, 1],
          doc: "cells of the result from one cell of the input to the next",
        }),
        padding: parameterOf(attributes.padding, {
          computed: "keeps the size at stride 1: dilation * (kernel - 1) / 2 for odd kernels, 0 for even ones",
          doc: "cells cut off the result: one number, (height, width) or (top, left, bottom, right)",
        }),
        output_padding: parameterOf(attributes.output_padding, {
          default: [0, 0],
          doc: "cells more at the end, below the stride",
        }),
        dilation: parameterOf(attributes.dilation, { default: [1, 1], doc: "distance between the kernel's taps" }),
        bias: parameterOf(attributes.bias, { default: false, doc: "add a learnt number to each channel" }),
        groups: parameterOf(attributes.groups, { default: 1 }),
      },
      resolve: (args) => {
        const padding = resolvePadding(args.padding, args.kernel, args.dilation);
        return isProblem(padding) ? padding : { ...args, padding };
      },
    }),
  ],
  // PyTorch takes a filter's fan-in from the weight's axis 1: channels / groups * kh * kw.
  slots: ([input], a) => {
    const perGroup = a.channels / a.groups;
    const bound = 1 / Math.sqrt(perGroup * a.kernel[0] * a.kernel[1]);
    const initializer = { kind: "uniform", low: -bound, high: bound } as const;
    const shape = [(input as TensorType).shape[1] as number, perGroup, ...a.kernel];
    const weight = { type: { dtype: "float32", shape }, initializer } as const;
    const bias = { type: { dtype: "float32", shape: [a.channels] }, initializer } as const;
    return a.bias ? { weight, bias } : { weight };
  },
  inferTypes: ([input], a) => {
    const { shape, dtype } = input as TensorType;
    const op = "conv_transpose";
    const wrong = mapProblem(op, input as TensorType, [1, 2, 3]);
    if (wrong) return wrong;
    const [, channels, height, width] = shape as readonly [Dim, number, number, number];
    for (const [amount, what, about] of [
      [channels, "conv_transpose's input channels", "groups"],
      [a.channels, "conv_transpose's channels", "channels"],
    ] as const) {
      if (amount % a.groups === 0) continue;
      const why = "channels are cut into groups";
      return problem("shape/not-divisible", { what, amount, by: a.groups, why }, about);
    }
    const size = [grown(height, 0, a), grown(width, 1, a)] as const;
    const beyond = a.output_padding.some((cells, axis) => cells >= (a.stride[axis] as number));
    if (size.some((cells) => cells < 1) || beyond) {
      return problem("shape/padding-too-large", { op, padding: a.padding, kernel: a.kernel }, "padding");
    }
    return [{ dtype, shape: [shape[0] as Dim, a.channels, ...size] }];
  },
  work: ([input], [output], a) => {
    const products = elementCount((input as TensorType).shape) * (a.channels / a.groups) * a.kernel[0] * a.kernel[1];
    const biases = a.bias ? elementCount((output as TensorType).shape) : 0;
    return work({ multiplies: products, adds: products + biases });
  },
  evaluate: ([input, weight, bias], a) => {
    const [batch = 0, , height = 0, width = 0] = (input as Tensor).shape;
    const shape = [batch, a.channels, grown(height, 0, a), grown(width, 1, a)];
    const empty: Tensor = { shape, data: new Float64Array() };
    const { data } = convolveBack.forInput(empty, weight as Tensor, input as Tensor, geometryOf(a));
    if (bias === undefined) return [{ shape, data }];
    const cells = data.length / (batch * a.channels);
    return [{ shape, data: data.map((x, i) => x + (bias.data[Math.floor(i / cells) % a.channels] as number)) }];
  },
  gradient: (builder, { inputs }, [resultGradient], a) => {
    const [x, weight] = inputs as readonly [ValueId, ValueId];
    const g = resultGradient as ValueId;
    const [, channels = 1] = sizesOf(builder, x);
    const convolution = { ...geometryOf(a), kernel: a.kernel };
    const forInput = builder.node("conv2d", [g, weight], { ...convolution, channels, bias: false });
    const forWeight = builder.node("conv2d_weight_gradient", [g, x], convolution);
    const forBias = a.bias ? [reshapeTo(builder, sumToSizes(builder, g, [1, a.channels, 1, 1]), [a.channels])] : [];
    return [forInput, forWeight, ...forBias];
  },
  readOnnx: [
    {
      nodeTypes: ["ConvTranspose"],
      read: (site) => {
        const [x, weight] = [site.tensor(0), site.fixed(1)];
        if (isProblem(x)) return x;
        if (weight === undefined) return site.refuse("its weight is not fixed in the file");
        if (
          site.attributes.ints("output_shape") !== undefined ||
          !["NOTSET", "VALID"].includes(site.attributes.text("auto_pad", "NOTSET"))
        ) {
          return site.refuse("its padding follows from the size of its result, which lferc does not count");
        }
        const window = windowOfNode(site, site.typeOf(x).shape, weight.dims);
        if (isProblem(window)) return window;
        const groups = site.attributes.int("group", 1);
        const spare = site.attributes.ints("output_padding") ?? [0, 0];
        const output_padding = (spare.length === 1 ? [0, ...spare] : spare) as Pair;
        if (weight.dims[0] !== site.typeOf(x).shape[1])
          return site.refuse("its weight is for other channels than it gets");
        const dims = mapShape(weight.dims, 1);
        if (dims.slice(2).join() !== window.kernel.join())
          return site.refuse("its weight has another kernel than it says");
        const channels = (weight.dims[1] ?? 0) * groups;
        const bias = biasOf(site, channels);
        const attributes = { channels, ...window, output_padding, groups, bias: bias.length > 0 };
        const made = site.make([asMap(site, x), site.weight(1, "parameter", dims), ...bias], attributes);
        return asBefore(site, made, site.typeOf(x).shape.length);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, a) => {
    const attributes = {
      dilations: a.dilation,
      group: a.groups,
      kernel_shape: a.kernel,
      output_padding: a.output_padding,
      pads: a.padding,
      strides: a.stride,
    };
    onnx.node("ConvTranspose", inputs, attributes, outputs);
  },
  // The same as a convolution's input gradient, with that convolution's weight.
  lowerToTorch: {
    // PyTorch cuts the same off both sides; what is then left at one side is cut off the result.
    layer: ([input], a) => {
      const cut = onBothSides(a.padding);
      const operands = [int("in_channels", channelsOf(input)), int("channels", a.channels), pair("kernel", a.kernel)];
      return call("nn.ConvTranspose2d", operands, {
        stride: [pair("stride", a.stride), "1"],
        padding: [pair("padding", cut), "0"],
        output_padding: [pair("output_padding", a.output_padding), "0"],
        dilation: [pair("dilation", a.dilation), "1"],
        groups: [int("groups", a.groups), "1"],
        bias: [flag("bias", a.bias), "True"],
      });
    },
    apply: (layer, site, { padding }) => {
      const [top, left, bottom, right] = padding;
      const [down, across] = onBothSides(padding);
      const whole = call(layer, [site.tensor(0)]);
      const rest = [top - down, left - across, bottom - down, right - across] as const;
      return rest.every((cells) => cells === 0) ? whole : paddedMap(whole, [-rest[0], -rest[1], -rest[2], -rest[3]]);
    },
  },
  lowerToTfjs: (tfjs, { inputs: [x, weight, bias], outputs }, a) => {
    const [y] = outputs as readonly [ValueId];
    convolveBackwards(tfjs, { inputs: [weight as ValueId, x as ValueId], outputs }, a, false);
    if (bias !== undefined) tfjs.set(y, kernelsOf(tfjs).add(tfjs.map(y), tfjs.plain(bias)), nhwc);
  },
  // What one cell sees of the input is not a window of whole strides.
  window: () => undefined,
  spatial: (inputs, outputs, a) =>
    convolved(inputs, outputs, a.groups, (axis) =>
      stamped(axis + 2, spanOfKernel(a.kernel[axis], a.dilation[axis]), a.stride[axis]),
    ),
  isIdentity: () => false,
  facts: (inputs) => ({ productsPerOutput: productsOf(inputs) }),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: (_, a) =>
    a.groups === 1
      ? { kind: "sums", from: 0, to: 1, withChannels: (channels) => ({ ...a, channels }) }
      : { kind: "natural" },
  probe: {
    kind: "layer",
    // On average over the positions between strides.
    fanIn: ([inputs = 1, , height = 1, width = 1], _, { groups, stride: [down, right] }) =>
      (inputs * height * width) / (groups * down * right),
    channelAxis: 1,
  },
  inPlace: false,
});
