/** Average pools by sums over windows, where the pooling kernel does not count as ours do; and pools' sizes. */
import type { ValueId } from "../../ir/graph.js";
import type { Pair } from "../window-arithmetic.js";
import type { Register, TfjsBuilder, TfjsCalls } from "./builder.js";
import type { ConvolutionAttributes, PoolKernelAttributes } from "./kernel-signatures.js";
import { kernelsOf } from "./kernels.js";
import type { Padded, WindowOf } from "./window.js";

/** Height and width of a map. */
export const mapSizeOf = (tfjs: TfjsBuilder, value: ValueId | undefined): Pair =>
  tfjs.sizesOf(value).slice(2) as unknown as Pair;

/** What pooling kernels are told. */
export const poolTold = ({ kernel, stride }: WindowOf, { pad }: Padded): PoolKernelAttributes => ({
  filterSize: kernel,
  strides: stride,
  pad,
});

/** By how much each window's sum is divided: a number where it is the same for all, else as [1, h, w, 1]. */
export function divisorOf(
  tfjs: TfjsCalls,
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float64Array },
): Register {
  const [first = 1] = data;
  if (data.every((count) => count === first)) return tfjs.number(first);
  return tfjs.constant(Float64Array.from(data), [1, ...shape.slice(2), 1]);
}

/** A filter of ones for each channel: it sums windows, and going back it hands their parts out. */
export function onesFor(tfjs: TfjsCalls, kernel: Pair, channels: number): Register {
  const shape = [...kernel, channels, 1];
  return tfjs.constant(new Float32Array(kernel[0] * kernel[1] * channels).fill(1), shape);
}

/** What the kernels that sum windows are told. */
export const sumTold = ({ stride }: WindowOf, { pad }: Padded): ConvolutionAttributes => ({
  strides: stride,
  pad,
  dataFormat: "NHWC",
  dilations: [1, 1],
});

/** Depthwise kernels take one stride for both axes (see convolution.ts); with two each channel is a map of its own. */
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
