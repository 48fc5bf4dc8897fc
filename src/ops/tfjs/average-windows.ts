/** Average pools by sums over windows, where the pooling kernel counts cells differently from our op; also the sizes of pools. */
import type { ValueId } from "../../ir/graph.js";
import type { Pair } from "../window-arithmetic.js";
import type { Register, TfjsBuilder, TfjsCalls } from "./builder.js";
import type { ConvolutionAttributes, PoolKernelAttributes } from "./kernel-signatures.js";
import { kernelsOf } from "./kernels.js";
import type { Padded, WindowOf } from "./window.js";

/** The height and width of a map. */
export const mapSizeOf = (tfjs: TfjsBuilder, value: ValueId | undefined): Pair =>
  tfjs.sizesOf(value).slice(2) as unknown as Pair;

/** The attributes of pooling kernels. */
export const poolTold = ({ kernel, stride }: WindowOf, { pad }: Padded): PoolKernelAttributes => ({
  filterSize: kernel,
  strides: stride,
  pad,
});

/** The divisor of each window's sum: a number if it is the same for all, otherwise [1, h, w, 1]. */
export function divisorOf(
  tfjs: TfjsCalls,
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float64Array },
): Register {
  const [first = 1] = data;
  if (data.every((count) => count === first)) return tfjs.number(first);
  return tfjs.constant(Float64Array.from(data), [1, ...shape.slice(2), 1]);
}

/** A filter of ones for each channel: it sums windows, and its gradient distributes the sums. */
export function onesFor(tfjs: TfjsCalls, kernel: Pair, channels: number): Register {
  const shape = [...kernel, channels, 1];
  return tfjs.constant(new Float32Array(kernel[0] * kernel[1] * channels).fill(1), shape);
}

/** The attributes of the kernels that sum windows. */
export const sumTold = ({ stride }: WindowOf, { pad }: Padded): ConvolutionAttributes => ({
  strides: stride,
  pad,
  dataFormat: "NHWC",
  dilations: [1, 1],
});

/** Depthwise kernels take the same stride for both axes (see convolution.ts); for two strides, each channel becomes its own map. */
export function byChannel(
  tfjs: TfjsCalls,
  x: Register,
  channels: number,
  [down, right]: Pair,
  convolve: (x: Register, channels: number, isDepthwise: boolean) => Register,
): Register {
  if (down === right) return convolve(x, channels, true);
  const k = kernelsOf(tfjs);
  return k.concat(
    k.parts(x, channels, 3, channels).map((part) => convolve(part, 1, false)),
    3,
  );
}
