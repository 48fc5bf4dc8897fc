/** Pads of windows in PyTorch: most functions take one number for both sides of an axis. */
import type { Shape, TensorType } from "../../ir/shape.js";
import type { Padding, Pair } from "../window-arithmetic.js";
import { call, ints, type NamedArguments, pair } from "./python.js";

/** The number of channels of an input. */
export const channelsOf = (input: TensorType | undefined): number => input?.shape[1] as number;

/** The padding as one number per axis; undefined if two sides differ. */
export const evenPadding = ([top, left, bottom, right]: Padding): Pair | undefined =>
  top === bottom && left === right ? [top, left] : undefined;

/** `F.pad` of a map: PyTorch's order is left, right, top, bottom. */
export const paddedMap = (x: string, [top, left, bottom, right]: Padding, named: NamedArguments = {}): string =>
  call("F.pad", [x, ints("padding", [left, right, top, bottom])], named);

/** What a padding has on both sides of each axis. */
export const onBothSides = ([top, left, bottom, right]: Padding): Pair => [
  Math.min(top, bottom),
  Math.min(left, right),
];

/** A pool's window, as the arguments of PyTorch's pools. */
interface PoolWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
}

/**
 * What is left of the padding at the end if `ceil_mode` adds the rest: PyTorch's own rule, for a map of this size. Undefined if
 * it would add another number of cells.
 */
export function beforeCeiling({ kernel, stride, padding }: PoolWindow, shape: Shape): Pair | undefined {
  const [top, left, bottom, right] = padding;
  const fits = ([before, after, axis]: readonly [number, number, 0 | 1]): boolean => {
    const size = shape[axis + 2];
    if (typeof size !== "number" || after < before) return false;
    const rest = size + 2 * before - kernel[axis];
    const steps = Math.ceil(rest / stride[axis]);
    const last = steps * stride[axis] >= size + before ? steps - 1 : steps;
    return rest >= 0 && Math.max(0, last * stride[axis] - rest) === after - before;
  };
  return fits([top, bottom, 0]) && fits([left, right, 1]) ? [top, left] : undefined;
}

/** Whether PyTorch's pools take the padding: at most half of the kernel. */
export const isPoolPadding = (padding: Pair, kernel: Pair): boolean =>
  padding.every((cells, axis) => 2 * cells <= (kernel[axis] as number));

/** The arguments of a pool. */
export const poolArguments = (window: { readonly kernel: Pair; readonly stride: Pair; readonly padding: Pair }) => ({
  kernel_size: pair("kernel_size", window.kernel),
  stride: pair("stride", window.stride),
  padding: [pair("padding", window.padding), "0"] as const,
});
