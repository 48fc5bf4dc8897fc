/*
 * Convolutions and their gradients: dense, depthwise, and any other number of groups as dense ones side by side.
 * Dilated kernels have no gradients in TensorFlow on a CPU: there the filter is spread out with zeros between its taps.
 */
import type { Node, ValueId } from "../../ir/graph.js";
import { type Pair, spanOfKernel } from "../../ops/window-arithmetic.js";
import { kernelsOf } from "./kernels.js";
import { hwio, hwoi, type Layout, nhwc } from "./layout.js";
import type { Lowering, TfjsSite } from "./site.js";
import type { KernelAttribute, Register } from "./tfjs-program.js";
import { cutPadding, type Padded, paddedWindow, padMap } from "./window.js";

interface Convolution {
  /** By the kernels for it: with two strides they are refused on a CPU that oneDNN does not serve, and groups lie side by side. */
  readonly isDepthwise: boolean;
  readonly groups: number;
  readonly batch: number;
  /** Channels of the input and of the result. */
  readonly channels: Pair;
  readonly kernel: Pair;
  readonly dilation: Pair;
  readonly stride: Pair;
  /** Height and width of the input. */
  readonly size: Pair;
  readonly padded: Padded;
}

type Sizes = readonly number[];

/** Of input, weight and result, from those of a node's inputs and its output. */
function shapesOf(op: string, first: Sizes, second: Sizes, output: Sizes): readonly [Sizes, Sizes, Sizes] {
  if (op === "conv2d_input_gradient") return [output, first, second];
  return op === "conv2d_weight_gradient" ? [first, output, second] : [first, second, output];
}

/** From a node of conv2d or its gradients, the shapes of input, weight and result. */
export function convolutionOf(site: TfjsSite, node: Node): Convolution {
  const { stride, dilation, padding, groups } = node.attributes as unknown as {
    readonly stride: Pair;
    readonly dilation: Pair;
    readonly padding: readonly [number, number, number, number];
    readonly groups: number;
  };
  const of = (value: ValueId | undefined): readonly number[] => site.sizesOf(value as ValueId);
  const [first, second] = node.inputs;
  const [output] = node.outputs;
  const [input, weight, result] = shapesOf(node.op, of(first), of(second), of(output));
  const [batch = 1, channels = 1, ...size] = input;
  const [filters = 1, perGroup = 1, ...kernel] = weight as readonly [number, number, number, number];
  const span = kernel.map((taps, axis) => spanOfKernel(taps, dilation[axis as 0 | 1])) as unknown as Pair;
  return {
    isDepthwise: groups > 1 && perGroup === 1 && stride[0] === stride[1],
    groups,
    batch,
    channels: [channels, result[1] ?? filters],
    kernel: kernel as unknown as Pair,
    dilation,
    stride,
    size: size as unknown as Pair,
    padded: paddedWindow(size as unknown as Pair, { kernel: span, stride, padding }),
  };
}

/** The order of axes in which filters of this convolution are stored. */
export const filterLayout = ({ isDepthwise }: Convolution): Layout => (isDepthwise ? hwoi : hwio);

const isDilated = ({ dilation, kernel }: Convolution): boolean =>
  dilation.some((step, axis) => step > 1 && (kernel[axis] as number) > 1);

const spanOf = ({ kernel, dilation }: Convolution): Pair => [
  spanOfKernel(kernel[0], dilation[0]),
  spanOfKernel(kernel[1], dilation[1]),
];

/** The last two sizes of a filter as TensorFlow has it. */
const filterChannels = ({ isDepthwise, channels, groups }: Convolution): Pair =>
  isDepthwise ? [channels[0], channels[1] / channels[0]] : [channels[0] / groups, channels[1]];

/** A filter [h, w, a, b] with its taps `dilation` apart, zeros between them. */
function spread(site: TfjsSite, filter: Register, conv: Convolution): Register {
  const [[height, width], [down, right], inner] = [conv.kernel, conv.dilation, filterChannels(conv)];
  const [{ writer }, k] = [site, kernelsOf(site.writer)];
  const apart = writer.reshape(filter, [height, 1, width, 1, ...inner]);
  const none = [0, 0];
  const padded = k.pad(apart, [none, [0, down - 1], none, [0, right - 1], none, none]);
  return k.slice(
    writer.reshape(padded, [height * down, width * right, ...inner]),
    [0, 0, 0, 0],
    [...spanOf(conv), ...inner],
  );
}

/** What {@link spread} put apart, taken together. */
function gathered(site: TfjsSite, filter: Register, conv: Convolution): Register {
  const [[height, width], [down, right], inner] = [conv.kernel, conv.dilation, filterChannels(conv)];
  const [{ writer }, k] = [site, kernelsOf(site.writer)];
  const padded = k.pad(filter, [
    [0, down - 1],
    [0, right - 1],
    [0, 0],
    [0, 0],
  ]);
  const apart = writer.reshape(padded, [height, down, width, right, ...inner]);
  return writer.reshape(k.slice(apart, [0, 0, 0, 0, 0, 0], [height, 1, width, 1, ...inner]), [height, width, ...inner]);
}

/** The weight as the kernels take it. */
function filterOf(site: TfjsSite, weight: ValueId | undefined, conv: Convolution): Register {
  const stored = site.writer.reshape(site.inLayout(weight, filterLayout(conv)), [
    ...conv.kernel,
    ...filterChannels(conv),
  ]);
  return isDilated(conv) ? spread(site, stored, conv) : stored;
}

/** Equal parts of a register along an axis; one part is the whole. */
export const partsOf = (
  site: TfjsSite,
  x: Register,
  groups: number,
  axis: number,
  size: number,
): readonly Register[] =>
  groups === 1
    ? [x]
    : site.writer.kernels(
        "SplitV",
        { x },
        { numOrSizeSplits: new Array<number>(groups).fill(size / groups), axis },
        groups,
      );

/** Parts put together again. */
export const joined = (site: TfjsSite, parts: readonly Register[], axis: number): Register =>
  parts.length === 1 ? (parts[0] as Register) : site.writer.kernel("Concat", parts, { axis });

const common = ({ stride, padded }: Convolution): Record<string, KernelAttribute> => ({
  strides: stride,
  pad: padded.pad,
  dataFormat: "NHWC",
  dilations: [1, 1],
});

/** How many kernels lie side by side: depthwise kernels know their groups themselves. */
const groupsOf = ({ isDepthwise, groups }: Convolution): number => (isDepthwise ? 1 : groups);

/** A convolution that is one product of matrices, [cells, C] by [C, O]: such products run faster than the kernels. */
const isPointwise = ({ isDepthwise, groups, kernel, stride, padded }: Convolution): boolean =>
  !isDepthwise &&
  groups === 1 &&
  [...kernel, ...stride].every((size) => size === 1) &&
  padded.around.every((cells) => cells === 0);

interface Operand {
  readonly register: Register;
  /** Sizes as a matrix. */
  readonly sizes: Pair;
  readonly turned?: boolean;
}

/** The product of two matrices, under the sizes of what it is. */
function product(site: TfjsSite, left: Operand, right: Operand, sizes: readonly number[]): Register {
  const { writer } = site;
  const [a, b] = [writer.reshape(left.register, left.sizes), writer.reshape(right.register, right.sizes)];
  const flags = { transposeA: left.turned === true, transposeB: right.turned === true };
  return writer.reshape(writer.kernel("BatchMatMul", { a, b }, flags), sizes);
}

const cellsOf = ({ batch, size }: Convolution): number => batch * size[0] * size[1];

export const conv2d: Lowering = (site, node) => {
  const conv = convolutionOf(site, node);
  const [x, weight, bias] = node.inputs;
  const withBias = (result: Register): Register =>
    bias === undefined ? result : kernelsOf(site.writer).add(result, site.plain(bias));
  if (isPointwise(conv)) {
    const map = { register: site.map(x), sizes: [cellsOf(conv), conv.channels[0]] } as const;
    const filter = { register: filterOf(site, weight, conv), sizes: conv.channels };
    const made = product(site, map, filter, [conv.batch, ...conv.size, conv.channels[1]]);
    site.set(node.outputs[0], withBias(made), nhwc);
    return;
  }
  const [name, groups] = [conv.isDepthwise ? "DepthwiseConv2dNative" : "Conv2D", groupsOf(conv)];
  const maps = partsOf(site, padMap(site, site.map(x), conv.padded), groups, 3, conv.channels[0]);
  const filters = partsOf(site, filterOf(site, weight, conv), groups, 3, filterChannels(conv)[1]);
  const results = maps.map((map, i) =>
    site.writer.kernel(name, { x: map, filter: filters[i] as Register }, common(conv)),
  );
  site.set(node.outputs[0], withBias(joined(site, results, 3)), nhwc);
};

export const conv2dInputGradient: Lowering = (site, node) => {
  const conv = convolutionOf(site, node);
  const [weight, g] = node.inputs;
  if (isPointwise(conv)) {
    const slope = { register: site.map(g), sizes: [cellsOf(conv), conv.channels[1]] } as const;
    const filter = { register: filterOf(site, weight, conv), sizes: conv.channels, turned: true };
    site.set(node.outputs[0], product(site, slope, filter, [conv.batch, ...conv.size, conv.channels[0]]), nhwc);
    return;
  }
  const [name, groups] = [
    conv.isDepthwise ? "DepthwiseConv2dNativeBackpropInput" : "Conv2DBackpropInput",
    groupsOf(conv),
  ];
  const [inputs, outputs] = conv.channels;
  const slopes = partsOf(site, site.map(g), groups, 3, outputs);
  const filters = partsOf(site, filterOf(site, weight, conv), groups, 3, filterChannels(conv)[1]);
  const attributes = { ...common(conv), inputShape: [conv.batch, ...conv.padded.size, inputs / groups] };
  const results = slopes.map((dy, i) => site.writer.kernel(name, { dy, filter: filters[i] as Register }, attributes));
  const whole = cutPadding(site, joined(site, results, 3), conv.padded, [conv.batch, ...conv.size, inputs]);
  site.set(node.outputs[0], whole, nhwc);
};

export const conv2dWeightGradient: Lowering = (site, node) => {
  const conv = convolutionOf(site, node);
  const [x, g] = node.inputs;
  if (isPointwise(conv)) {
    const map = { register: site.map(x), sizes: [cellsOf(conv), conv.channels[0]], turned: true } as const;
    const slope = { register: site.map(g), sizes: [cellsOf(conv), conv.channels[1]] } as const;
    site.set(node.outputs[0], product(site, map, slope, [1, 1, ...conv.channels]), hwio);
    return;
  }
  const [name, groups] = [
    conv.isDepthwise ? "DepthwiseConv2dNativeBackpropFilter" : "Conv2DBackpropFilter",
    groupsOf(conv),
  ];
  const [inputs, outputs] = conv.channels;
  const maps = partsOf(site, padMap(site, site.map(x), conv.padded), groups, 3, inputs);
  const slopes = partsOf(site, site.map(g), groups, 3, outputs);
  const [inner, filters] = filterChannels(conv);
  const attributes = { ...common(conv), filterShape: [...spanOf(conv), inner, filters / groups] };
  const results = maps.map((map, i) => site.writer.kernel(name, { x: map, dy: slopes[i] as Register }, attributes));
  const whole = joined(site, results, 3);
  const taps = isDilated(conv) ? gathered(site, whole, conv) : whole;
  const layout = filterLayout(conv);
  const sizes = site.sizesOf(node.outputs[0] as ValueId);
  site.writer.hasSizes(taps, [...conv.kernel, inner, filters]);
  site.set(
    node.outputs[0],
    site.writer.reshape(
      taps,
      layout.map((axis) => sizes[axis] as number),
    ),
    layout,
  );
};

/** What a convolution's input gradient computes, from the weight of that convolution. */
export const conv2dTranspose: Lowering = (site, node) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId | undefined];
  const [output] = node.outputs as readonly [ValueId];
  conv2dInputGradient(site, { ...node, op: "conv2d_input_gradient", inputs: [weight, x] });
  if (bias !== undefined) site.set(output, kernelsOf(site.writer).add(site.map(output), site.plain(bias)), nhwc);
};
