/*
 * Convolutions and their gradients: dense, depthwise, and grouped ones as several dense convolutions side by side.
 * On a CPU, TensorFlow has no gradients for dilated kernels: there the filter is dilated itself, with zeros between its taps.
 */
import type { ValueId } from "../../ir/graph.js";
import { type ConvolveOptions, type Pair, spanOfKernel } from "../window-arithmetic.js";
import type { Register, TfjsBuilder, TfjsCalls, TfjsSite } from "./builder.js";
import { inputGradient, zerosBetween } from "./convolution-gradients.js";
import type { ConvolutionAttributes } from "./kernel-signatures.js";
import { kernelsOf } from "./kernels.js";
import { hwio, hwoi, type Layout, nhwc } from "./layout.js";
import { cutPadding, type Padded, paddedWindow } from "./window.js";

export interface Convolution {
  /** Whether the depthwise kernels are used. They reject two different strides on a CPU without oneDNN; then groups are used. */
  readonly isDepthwise: boolean;
  readonly groups: number;
  readonly batch: number;
  /** The channels of the input and of the result. */
  readonly channels: Pair;
  readonly kernel: Pair;
  readonly dilation: Pair;
  readonly stride: Pair;
  /** The height and width of the input. */
  readonly size: Pair;
  readonly padded: Padded;
}

type Sizes = readonly number[];

const isDepthwise = (weight: Sizes, { groups, stride }: ConvolveOptions): boolean =>
  groups > 1 && weight[1] === 1 && stride[0] === stride[1];

/** The convolution of conv2d, or of one of its gradients, from the sizes of input, weight and result. */
export function convolutionOf(input: Sizes, weight: Sizes, result: Sizes, a: ConvolveOptions): Convolution {
  const { stride, dilation, padding, groups } = a;
  const [batch = 1, channels = 1, ...size] = input;
  const [filters = 1, , ...kernel] = weight as readonly [number, number, number, number];
  const span = kernel.map((taps, axis) => spanOfKernel(taps, dilation[axis as 0 | 1])) as unknown as Pair;
  return {
    isDepthwise: isDepthwise(weight, a),
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

const layoutOfFilter = (isOfDepthwise: boolean): Layout => (isOfDepthwise ? hwoi : hwio);

/** The axis order in which the filters of a convolution are stored. */
export const filterLayout = (weight: Sizes, a: ConvolveOptions): Layout => layoutOfFilter(isDepthwise(weight, a));

const isDilated = ({ dilation, kernel }: Convolution): boolean =>
  dilation.some((step, axis) => step > 1 && (kernel[axis] as number) > 1);

export const spanOf = ({ kernel, dilation }: Convolution): Pair => [
  spanOfKernel(kernel[0], dilation[0]),
  spanOfKernel(kernel[1], dilation[1]),
];

/** The last two sizes of a filter in TensorFlow's layout. */
export const filterChannels = ({ isDepthwise, channels, groups }: Convolution): Pair =>
  isDepthwise ? [channels[0], channels[1] / channels[0]] : [channels[0] / groups, channels[1]];

/** A filter [h, w, a, b] with its taps `dilation` apart and zeros between them. */
function spread(tfjs: TfjsCalls, filter: Register, conv: Convolution): Register {
  const [[height, width], [down, right], inner] = [conv.kernel, conv.dilation, filterChannels(conv)];
  const apart = zerosBetween(tfjs, filter, [1, height, width, inner[0] * inner[1]], [down, right]);
  const whole = tfjs.reshape(apart, [height * down, width * right, ...inner]);
  return kernelsOf(tfjs).slice(whole, [0, 0, 0, 0], [...spanOf(conv), ...inner]);
}

/** The inverse of {@link spread}. */
function gathered(tfjs: TfjsCalls, filter: Register, conv: Convolution): Register {
  const [[height, width], [down, right], inner] = [conv.kernel, conv.dilation, filterChannels(conv)];
  const k = kernelsOf(tfjs);
  const padded = k.pad(filter, [
    [0, down - 1],
    [0, right - 1],
    [0, 0],
    [0, 0],
  ]);
  // Of rank 3, for the reason given at zerosBetween.
  const cells = inner[0] * inner[1];
  const lines = tfjs.reshape(padded, [height, down, width * right * cells]);
  const kept = k.slice(lines, [0, 0, 0], [height, 1, width * right * cells]);
  const apart = tfjs.reshape(kept, [height * width, right, cells]);
  return tfjs.reshape(k.slice(apart, [0, 0, 0], [height * width, 1, cells]), [height, width, ...inner]);
}

/** The weight in the layout of the kernels. */
export function filterOf(tfjs: TfjsBuilder, weight: ValueId | undefined, conv: Convolution): Register {
  const stored = tfjs.reshape(tfjs.inLayout(weight, layoutOfFilter(conv.isDepthwise)), [
    ...conv.kernel,
    ...filterChannels(conv),
  ]);
  return isDilated(conv) ? spread(tfjs, stored, conv) : stored;
}

/** Stores a weight's gradient, as computed by the kernels, as the value. */
export function setFilter(tfjs: TfjsBuilder, weight: ValueId | undefined, made: Register, conv: Convolution): void {
  const taps = isDilated(conv) ? gathered(tfjs, made, conv) : made;
  const layout = layoutOfFilter(conv.isDepthwise);
  const sizes = tfjs.sizesOf(weight);
  tfjs.hasSizes(taps, [...conv.kernel, ...filterChannels(conv)]);
  const stored = layout.map((axis) => sizes[axis] as number);
  tfjs.set(weight, tfjs.reshape(taps, stored), layout);
}

/** The attributes of all convolution kernels; padding that the map already contains is not repeated. */
export const convolutionTold = ({ stride, padded }: Convolution): ConvolutionAttributes => ({
  strides: stride,
  pad: padded.pad,
  dataFormat: "NHWC",
  dilations: [1, 1],
});

/** The number of kernels side by side: depthwise kernels handle groups themselves. */
export const kernelsSideBySide = ({ isDepthwise, groups }: Convolution): number => (isDepthwise ? 1 : groups);

/** Whether a convolution is a single matrix product, [cells, C] by [C, O]: such products are faster than the kernels. */
export const isPointwise = ({ isDepthwise, groups, kernel, stride, padded }: Convolution): boolean =>
  !isDepthwise &&
  groups === 1 &&
  [...kernel, ...stride].every((size) => size === 1) &&
  padded.around.every((cells) => cells === 0);

interface Operand {
  readonly register: Register;
  /** The sizes as a matrix. */
  readonly sizes: Pair;
  readonly turned?: boolean;
}

/** The product of two matrices, reshaped to the given sizes. */
export function matrixProduct(tfjs: TfjsCalls, left: Operand, right: Operand, sizes: Sizes): Register {
  const [a, b] = [tfjs.reshape(left.register, left.sizes), tfjs.reshape(right.register, right.sizes)];
  const flags = { transposeA: left.turned === true, transposeB: right.turned === true };
  return tfjs.reshape(tfjs.kernel("BatchMatMul", { a, b }, flags), sizes);
}

/** The number of rows of a map as a matrix [cells, C]. */
export const cellsOf = ({ batch, size }: Convolution): number => batch * size[0] * size[1];

/**
 * The gradient of the input, from a weight and the gradient of the result; also the transposed convolution. That op also occurs in
 * inference, and no GraphModel has the depthwise kernel for it: there its groups are computed side by side.
 */
export function convolveBackwards(
  tfjs: TfjsBuilder,
  { inputs: [weight, g], outputs: [dx] }: TfjsSite,
  a: ConvolveOptions,
  isGradient = true,
): void {
  const found = convolutionOf(tfjs.sizesOf(dx), tfjs.sizesOf(weight), tfjs.sizesOf(g), a);
  const conv = { ...found, isDepthwise: found.isDepthwise && isGradient };
  if (isPointwise(conv)) {
    const slope = { register: tfjs.map(g), sizes: [cellsOf(conv), conv.channels[1]] } as const;
    const filter = { register: filterOf(tfjs, weight, conv), sizes: conv.channels, turned: true };
    tfjs.set(dx, matrixProduct(tfjs, slope, filter, [conv.batch, ...conv.size, conv.channels[0]]), nhwc);
    return;
  }
  const k = kernelsOf(tfjs);
  const groups = kernelsSideBySide(conv);
  const [inputs, outputs] = conv.channels;
  const slopes = k.parts(tfjs.map(g), groups, 3, outputs);
  const [inner, all] = filterChannels(conv);
  const filters = k.parts(filterOf(tfjs, weight, conv), groups, 3, all);
  const gradient = {
    told: convolutionTold(conv),
    input: [conv.batch, ...conv.padded.size, inputs / groups],
    filter: [...spanOf(conv), inner, all / groups],
  } as const;
  const results = slopes.map((dy, i) => inputGradient(tfjs, conv.isDepthwise, [dy, filters[i] as Register], gradient));
  const whole = cutPadding(tfjs, k.concat(results, 3), conv.padded, [conv.batch, ...conv.size, inputs]);
  tfjs.set(dx, whole, nhwc);
}
