/** Kernels with windows, by the reference of our own ops: those are channels first, the kernels channels last. */
import { avgPool } from "../../../ops/avg-pool.js";
import type { Tensor } from "../../../ops/contracts.js";
import { conv2d } from "../../../ops/conv2d.js";
import { conv2dInputGradient } from "../../../ops/conv2d-input-gradient.js";
import { maxPool } from "../../../ops/max-pool.js";
import type { ConvolutionAttributes, PoolKernelAttributes } from "../../../ops/tfjs/kernel-signatures.js";
import { samePadding } from "../../../ops/tfjs/window.js";
import { transpose } from "../../../ops/transpose.js";
import type { Padding, Pair } from "../../../ops/window-arithmetic.js";

const moved = (x: Tensor, permutation: readonly number[]): Tensor =>
  transpose.evaluate([x], { permutation })[0] as Tensor;
const channelsFirst = (map: Tensor): Tensor => moved(map, [0, 3, 1, 2]);
const channelsLast = (map: Tensor): Tensor => moved(map, [0, 2, 3, 1]);

interface Window {
  readonly strides: Pair;
  readonly pad: "valid" | "same";
}

/** The padding that `pad` means for a map of this height and width: [top, left, bottom, right]. */
function paddingOf([height, width]: Pair, [down, right]: Pair, { strides, pad }: Window): Padding {
  if (pad === "valid") return [0, 0, 0, 0];
  const [top, bottom] = samePadding(height, down, strides[0]);
  const [left, end] = samePadding(width, right, strides[1]);
  return [top, left, bottom, end];
}

const cells = ({ shape }: Tensor): Pair => [shape[1] as number, shape[2] as number];
const kernelOf = ({ shape }: Tensor): Pair => [shape[0] as number, shape[1] as number];

/** The weight is [O, I / groups, H, W]. */
function convolved(x: Tensor, filter: Tensor, weight: Tensor, groups: number, a: ConvolutionAttributes): Tensor {
  const kernel = kernelOf(filter);
  const [result] = conv2d.evaluate([channelsFirst(x), weight], {
    channels: weight.shape[0] as number,
    kernel,
    stride: a.strides,
    padding: paddingOf(cells(x), kernel, a),
    dilation: a.dilations,
    groups,
    bias: false,
  });
  return channelsLast(result as Tensor);
}

export const convolve = (x: Tensor, filter: Tensor, a: ConvolutionAttributes): Tensor =>
  convolved(x, filter, moved(filter, [3, 2, 0, 1]), 1, a);

/** The filter is [H, W, C, M]: M results for each channel. */
export function convolveByChannel(x: Tensor, filter: Tensor, a: ConvolutionAttributes): Tensor {
  const { shape, data } = moved(filter, [2, 3, 0, 1]);
  const [channels = 1, multiplier = 1, ...kernel] = shape;
  return convolved(x, filter, { shape: [channels * multiplier, 1, ...kernel], data }, channels, a);
}

/** The gradient of a convolution's input of shape `inputShape`. */
export function convolveBack(
  dy: Tensor,
  filter: Tensor,
  { inputShape, ...a }: ConvolutionAttributes & { readonly inputShape: readonly number[] },
): Tensor {
  const size: Pair = [inputShape[1] as number, inputShape[2] as number];
  const [result] = conv2dInputGradient.evaluate([moved(filter, [3, 2, 0, 1]), channelsFirst(dy)], {
    stride: a.strides,
    padding: paddingOf(size, kernelOf(filter), a),
    dilation: a.dilations,
    groups: 1,
    size,
  });
  return channelsLast(result as Tensor);
}

const poolOf = (x: Tensor, a: PoolKernelAttributes) => ({
  kernel: a.filterSize,
  stride: a.strides,
  padding: paddingOf(cells(x), a.filterSize, a),
});

export const largestInWindows = (x: Tensor, a: PoolKernelAttributes): Tensor =>
  channelsLast(maxPool.evaluate([channelsFirst(x)], poolOf(x, a))[0] as Tensor);

/** Padding does not count. */
export const meansOfWindows = (x: Tensor, a: PoolKernelAttributes): Tensor => {
  const told = { ...poolOf(x, a), count_include_pad: false, overhang: [0, 0] } as const;
  return channelsLast(avgPool.evaluate([channelsFirst(x)], told)[0] as Tensor);
};
