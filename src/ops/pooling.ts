import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import type { Tensor, Window } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import type { Parameter } from "./surface.js";
import { type Pair, resolvePadding, windowedSize, windowsOver } from "./window-arithmetic.js";

/** Attributes of both pools. */
export const poolAttributes = attributesOf({
  kernel: { kind: "ints", length: 2, min: 1, doc: "[height, width]" },
  stride: { kind: "ints", length: 2, min: 1, doc: "[down, right]" },
  padding: { kind: "ints", length: 4, min: 0, doc: "[top, left, bottom, right]; less than the kernel" },
});

export type PoolAttributes = AttributesOf<typeof poolAttributes>;

/** Further attributes of average pools. */
export const avgPoolAttributes = attributesOf({
  ...poolAttributes,
  count_include_pad: { kind: "bool", doc: "whether padded cells count in the mean, as zeros" },
  overhang: {
    kind: "ints",
    length: 2,
    min: 0,
    doc: "[down, right]: of the padding at the end, cells that never count",
  },
});

export const poolParameters = {
  kernel: parameterOf(poolAttributes.kernel, { doc: "height and width of the window" }),
  stride: parameterOf(poolAttributes.stride, { computed: "the kernel", doc: "steps between windows" }),
  padding: parameterOf(poolAttributes.padding, {
    computed: "keeps the size at stride 1: (kernel - 1) / 2 for odd kernels, 0 for even ones",
    doc: "cells around the map: one number, (height, width) or (top, left, bottom, right)",
  }),
  ceil_mode: {
    kind: "bool",
    default: false,
    doc: "whether a last window that hangs over the edge counts too: positions are rounded up",
  },
} as const satisfies Record<string, Parameter>;

const notDilated: Pair = [1, 1];

export const poolWindow = ({ kernel, stride, padding }: PoolAttributes): Window => ({
  kernel,
  stride,
  padding,
  dilation: notDilated,
});

/**
 * Cells to add at the end for PyTorch's ceil_mode: ceil((in + pads - k) / s) + 1 windows, one fewer if the last would begin
 * after the map and its padding at the start.
 */
function overhangAlong(size: number, kernel: number, stride: number, before: number, after: number): number {
  const rest = size + before + after - kernel;
  if (rest < 0) return 0;
  const steps = Math.ceil(rest / stride);
  const last = steps * stride >= size + before ? steps - 1 : steps;
  return Math.max(0, last * stride - rest);
}

/** A pool's arguments, as written by the user. */
interface PoolArguments {
  readonly kernel: Pair;
  readonly stride: Pair | undefined;
  readonly padding: readonly number[] | undefined;
  readonly ceil_mode: boolean;
}

/**
 * The pool's attributes from its arguments. ceil_mode becomes padding at the end, so that other code needs only windows;
 * `overhang` is the part of the padding that came from it.
 */
export function resolvePool(
  args: PoolArguments,
  [input]: readonly TensorType[],
): (PoolAttributes & { readonly overhang: Pair }) | Problem {
  const { kernel, stride = kernel } = args;
  const padding = resolvePadding(args.padding, kernel, notDilated);
  if (isProblem(padding)) return padding;
  const [, , height, width] = input?.shape ?? [];
  if (!args.ceil_mode || typeof height !== "number" || typeof width !== "number") {
    return { kernel, stride, padding, overhang: [0, 0] };
  }
  const [top, left, bottom, right] = padding;
  const down = overhangAlong(height, kernel[0], stride[0], top, bottom);
  const across = overhangAlong(width, kernel[1], stride[1], left, right);
  return { kernel, stride, padding: [top, left, bottom + down, right + across], overhang: [down, across] };
}

export function inferPoolTypes(op: string, input: TensorType, a: PoolAttributes): readonly TensorType[] | Problem {
  const wrong = floatProblem(op, [input]);
  if (wrong) return wrong;
  if (a.padding.some((cells, side) => cells >= (a.kernel[side % 2] as number))) {
    return problem("shape/padding-too-large", { op, padding: a.padding, kernel: a.kernel }, "padding");
  }
  const size = windowedSize(op, input.shape, poolWindow(a));
  if (isProblem(size)) return size;
  return [{ dtype: input.dtype, shape: [input.shape[0] as Dim, input.shape[1] as Dim, ...size] }];
}

/** The cells of one window inside the map, rows and columns `[from, to)`, and its number of cells without overhang. */
interface WindowCells {
  readonly rows: Pair;
  readonly columns: Pair;
  readonly counted: number;
}

/** Pools with ceil_mode record how far their last windows reach beyond the map and padding. */
type MaybeOverhanging = PoolAttributes & { readonly overhang?: Pair };

/** Cells of a window along an axis without the overhang; padding is included. */
function countedAlong(axis: 0 | 1, from: number, size: number, a: MaybeOverhanging): number {
  const end = size + a.padding[(axis + 2) as 2 | 3] - (a.overhang?.[axis] ?? 0);
  return Math.min(from + a.kernel[axis], end) - from;
}

function pooledSize([, , height = 0, width = 0]: readonly number[], a: PoolAttributes): Pair {
  return windowsOver([height, width], { ...a, dilation: [1, 1] });
}

/** Calls `visit` for every window of every map, in row-major order of the results, with the map's index. */
export function forEachWindow(
  shape: readonly number[],
  a: MaybeOverhanging,
  visit: (result: number, map: number, cells: WindowCells) => void,
): void {
  const [batch = 0, channels = 0, height = 0, width = 0] = shape;
  const [top, left] = a.padding;
  const [outHeight, outWidth] = pooledSize(shape, a);
  let result = 0;
  for (let map = 0; map < batch * channels; map++) {
    for (let i = 0; i < outHeight; i++) {
      const row = i * a.stride[0] - top;
      const rows = [Math.max(0, row), Math.min(height, row + a.kernel[0])] as const;
      for (let j = 0; j < outWidth; j++) {
        const column = j * a.stride[1] - left;
        const columns = [Math.max(0, column), Math.min(width, column + a.kernel[1])] as const;
        const counted = countedAlong(0, row, height, a) * countedAlong(1, column, width, a);
        visit(result++, map, { rows, columns, counted });
      }
    }
  }
}

/** Reduces every window: `join` over the cells inside the map, then `finish` with their count and the count including padding. */
export function evaluatePool(
  { shape, data }: Tensor,
  a: MaybeOverhanging,
  start: number,
  join: (joined: number, x: number) => number,
  finish: (joined: number, cellsInside: number, counted: number) => number,
): Tensor {
  const [batch = 0, channels = 0, , width = 0] = shape;
  const [outHeight, outWidth] = pooledSize(shape, a);
  const out = new Float64Array(batch * channels * outHeight * outWidth);
  const height = shape[2] ?? 0;
  forEachWindow(shape, a, (result, map, { rows, columns, counted }) => {
    let joined = start;
    for (let row = rows[0]; row < rows[1]; row++) {
      const base = (map * height + row) * width;
      for (let column = columns[0]; column < columns[1]; column++) joined = join(joined, data[base + column] as number);
    }
    out[result] = finish(joined, (rows[1] - rows[0]) * (columns[1] - columns[0]), counted);
  });
  return { shape: [batch, channels, outHeight, outWidth], data: out };
}
