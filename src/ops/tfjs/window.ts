/** Windows over padded maps, in the form that TensorFlow's kernels take. */
import { type Padding, type Pair, windowPositions } from "../window-arithmetic.js";
import type { Register, TfjsCalls } from "./builder.js";
import { kernelsOf, toTheEnd } from "./kernels.js";

export interface WindowOf {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
}

/** The padding of a kernel: its own, or none because the map is padded before. */
export interface Padded {
  readonly pad: "valid" | "same";
  /** Padding added before the kernel runs: top, left, bottom, right. */
  readonly around: Padding;
  /** [height, width] of the kernel's input. */
  readonly size: Pair;
}

/** TensorFlow's `same` padding of an axis: an odd cell goes after it; ONNX and PyTorch add the same on both sides. */
export function samePadding(size: number, kernel: number, stride: number): Pair {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/**
 * In gradients, TensorFlow.js accepts only `same` and `valid`. Rows and columns of padding that no window reaches are not created.
 */
export function paddedWindow(size: Pair, { kernel, stride, padding }: WindowOf): Padded {
  const [top, left, bottom, right] = padding;
  const sides = [
    [top, bottom],
    [left, right],
  ] as const;
  if (padding.every((cells) => cells === 0)) return { pad: "valid", around: padding, size };
  const isSame = sides.every(([before, after], axis) => {
    const i = axis as 0 | 1;
    const [a, b] = samePadding(size[i], kernel[i], stride[i]);
    const positions = windowPositions(size[i], kernel[i], stride[i], before + after, 1);
    return a === before && b === after && positions === Math.ceil(size[i] / stride[i]);
  });
  if (isSame) return { pad: "same", around: [0, 0, 0, 0], size };
  const reached = sides.map(([before, after], axis) => {
    const i = axis as 0 | 1;
    const rest = (size[i] + before + after - kernel[i]) % stride[i];
    return Math.max(0, after - rest);
  }) as unknown as Pair;
  return {
    pad: "valid",
    around: [top, left, reached[0], reached[1]],
    size: [size[0] + top + reached[0], size[1] + left + reached[1]],
  };
}

/** A map [N, H, W, C] padded with a value. */
export const padAround = (
  tfjs: TfjsCalls,
  map: Register,
  [top, left, bottom, right]: Padding,
  value: number,
): Register =>
  kernelsOf(tfjs).pad(
    map,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );

/** The map with the padding that the kernel does not add itself. */
export const padMap = (tfjs: TfjsCalls, map: Register, { around }: Padded, value = 0): Register =>
  padAround(tfjs, map, around, value);

/** Removes the padding of a map: the result is [batch, height, width, channels]. */
export function cutPadding(tfjs: TfjsCalls, map: Register, { around }: Padded, sizes: readonly number[]): Register {
  if (around.every((cells) => cells === 0)) return map;
  return kernelsOf(tfjs).slice(map, [0, around[0], around[1], 0], sizes.with(0, toTheEnd));
}
