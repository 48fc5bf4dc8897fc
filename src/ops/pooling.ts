import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Dim, TensorType } from "../ir/shape.js";
import type { AttributeSpec, Tensor, Window } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import type { Parameter } from "./surface.js";
import { type Padding, type Pair, resolvePadding, windowedSize } from "./window-arithmetic.js";

/** What both pools have. */
export type PoolAttributes = { readonly kernel: Pair; readonly stride: Pair; readonly padding: Padding };

export const poolAttributes = {
  kernel: { kind: "ints", length: 2, min: 1, doc: "[height, width]" },
  stride: { kind: "ints", length: 2, min: 1, doc: "[down, right]" },
  padding: { kind: "ints", length: 4, min: 0, doc: "[top, left, bottom, right]; less than the kernel" },
} as const satisfies Record<string, AttributeSpec>;

export const poolParameters = {
  kernel: { kind: "size", min: 1, doc: "height and width of the window" },
  stride: { kind: "size", min: 1, computed: "the kernel", doc: "steps between windows" },
  padding: {
    kind: "ints",
    min: 0,
    computed: "keeps the size at stride 1: (kernel - 1) / 2 for odd kernels, 0 for even ones",
    doc: "cells around the map: one number, [height, width] or [top, left, bottom, right]",
  },
} as const satisfies Record<string, Parameter>;

const notDilated: Pair = [1, 1];

export const poolWindow = ({ kernel, stride, padding }: PoolAttributes): Window => ({
  kernel,
  stride,
  padding,
  dilation: notDilated,
});

/** The pool's attributes from what the user wrote. */
export function resolvePool(args: {
  readonly kernel: Pair;
  readonly stride: Pair | undefined;
  readonly padding: readonly number[] | undefined;
}): PoolAttributes | Problem {
  const { kernel, stride = kernel } = args;
  const padding = resolvePadding(args.padding, kernel, notDilated);
  return isProblem(padding) ? padding : { kernel, stride, padding };
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

/** What both pools' gradients have besides: the size of the map that was pooled. */
export type PoolGradientAttributes = PoolAttributes & { readonly size: Pair };

/** The cells of one window inside the map: rows and columns `[from, to)`. */
interface WindowCells {
  readonly rows: Pair;
  readonly columns: Pair;
}

/** Calls `visit` for every window of every map, in row-major order of the results, with the map's number: for the gradients. */
export function forEachWindow(
  shape: readonly number[],
  a: PoolAttributes,
  visit: (result: number, map: number, cells: WindowCells) => void,
): void {
  const [batch = 0, channels = 0, height = 0, width = 0] = shape;
  const [top, left, bottom, right] = a.padding;
  const outHeight = Math.floor((height + top + bottom - a.kernel[0]) / a.stride[0]) + 1;
  const outWidth = Math.floor((width + left + right - a.kernel[1]) / a.stride[1]) + 1;
  let result = 0;
  for (let map = 0; map < batch * channels; map++) {
    for (let i = 0; i < outHeight; i++) {
      const row = i * a.stride[0] - top;
      const rows = [Math.max(0, row), Math.min(height, row + a.kernel[0])] as const;
      for (let j = 0; j < outWidth; j++) {
        const column = j * a.stride[1] - left;
        visit(result++, map, { rows, columns: [Math.max(0, column), Math.min(width, column + a.kernel[1])] });
      }
    }
  }
}

/** Folds every window: `join` over the cells inside the map, then `finish` with their count. */
export function evaluatePool(
  { shape, data }: Tensor,
  a: PoolAttributes,
  start: number,
  join: (joined: number, x: number) => number,
  finish: (joined: number, cellsInside: number) => number,
): Tensor {
  const [batch = 0, channels = 0, height = 0, width = 0] = shape;
  const [top, left, bottom, right] = a.padding;
  const outHeight = Math.floor((height + top + bottom - a.kernel[0]) / a.stride[0]) + 1;
  const outWidth = Math.floor((width + left + right - a.kernel[1]) / a.stride[1]) + 1;
  const out = new Float64Array(batch * channels * outHeight * outWidth);
  let to = 0;
  for (let map = 0; map < batch * channels; map++) {
    for (let i = 0; i < outHeight; i++) {
      const [firstRow, endRow] = [i * a.stride[0] - top, i * a.stride[0] - top + a.kernel[0]];
      const [fromRow, toRow] = [Math.max(0, firstRow), Math.min(height, endRow)];
      for (let j = 0; j < outWidth; j++) {
        const [firstColumn, endColumn] = [j * a.stride[1] - left, j * a.stride[1] - left + a.kernel[1]];
        const [fromColumn, toColumn] = [Math.max(0, firstColumn), Math.min(width, endColumn)];
        let joined = start;
        for (let row = fromRow; row < toRow; row++) {
          const base = (map * height + row) * width;
          for (let column = fromColumn; column < toColumn; column++)
            joined = join(joined, data[base + column] as number);
        }
        out[to++] = finish(joined, (toRow - fromRow) * (toColumn - fromColumn));
      }
    }
  }
  return { shape: [batch, channels, outHeight, outWidth], data: out };
}
