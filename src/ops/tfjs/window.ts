/** Windows over padded maps, as TensorFlow's kernels want them said. */
import { type Padding, type Pair, windowPositions } from "../window-arithmetic.js";
import type { Register, TfjsCalls } from "./builder.js";
import { kernelsOf, toTheEnd } from "./kernels.js";

export interface WindowOf {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
}

/** What a kernel is told: its own padding, or none over a map that was padded before. */
export interface Padded {
  readonly pad: "valid" | "same";
  /** Cells that are put around the map first: top, left, bottom, right. */
  readonly around: Padding;
  /** [height, width] of the map that the kernel sees. */
  readonly size: Pair;
}

/** What TensorFlow's `same` puts before and after an axis: the odd cell comes last, where ONNX and PyTorch have none. */
export function samePadding(size: number, kernel: number, stride: number): Pair {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/**
 * TensorFlow.js takes `same` and `valid` in gradients, nothing else. Rows and columns of padding that no window reaches are
 * never made.
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

/** A map [N, H, W, C] with cells of a value around it. */
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

/** The map with the cells around it that the kernel does not add itself. */
export const padMap = (tfjs: TfjsCalls, map: Register, { around }: Padded, value = 0): Register =>
  padAround(tfjs, map, around, value);

/** A padded map's inner part: [batch, height, width, channels]. */
export function cutPadding(tfjs: TfjsCalls, map: Register, { around }: Padded, sizes: readonly number[]): Register {
  if (around.every((cells) => cells === 0)) return map;
  return kernelsOf(tfjs).slice(map, [0, around[0], around[1], 0], sizes.with(0, toTheEnd));
}
