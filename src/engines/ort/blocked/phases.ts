/*
 * A map in phases of stride 2: its cells of even and of odd rows and columns are four maps of half the size. The cells that a stride
 * skips in the forward pass are phases of their own in the gradient, without inserted zeros.
 */
import type { Padding, Pair } from "../../../ops/window-arithmetic.js";
import type { BufferShape, RowBuffer } from "./buffer.js";
import type { ConvolutionWindow } from "./convolution-geometry.js";
import { weave } from "./shifts.js";
import type { BlockedSite } from "./site.js";

interface PhaseAlong {
  /** The kernel's taps that meet this phase, in the order of the gradient's cells. */
  readonly taps: readonly number[];
  readonly before: number;
  readonly after: number;
}

/** One phase along an axis, as a window over the result's gradient. */
function phaseAlong(
  axis: 0 | 1,
  phase: number,
  size: Pair,
  result: Pair,
  kernel: Pair,
  w: ConvolutionWindow,
): PhaseAlong | undefined {
  const seen = Array.from({ length: kernel[axis] }, (_, tap) => ({ tap, at: (phase + w.padding[axis] - tap) / 2 }))
    .filter(({ at }) => Number.isInteger(at))
    .toSorted((a, b) => a.at - b.at);
  const [first] = seen;
  if (first === undefined) return undefined;
  const before = -first.at;
  const after = size[axis] / 2 - result[axis] - before + seen.length - 1;
  return before < 0 || after < 0 ? undefined : { taps: seen.map(({ tap }) => tap), before, after };
}

export interface PhaseWindow {
  /** The taps in the weight, for both axes together. */
  readonly taps: readonly number[];
  readonly kernel: Pair;
  readonly padding: Padding;
}

/** For each phase [row][column], the convolution over the result's gradient; undefined if phases are not suitable. */
export function phaseWindows(
  size: Pair,
  result: Pair,
  kernel: Pair,
  window: ConvolutionWindow,
): readonly (readonly PhaseWindow[])[] | undefined {
  const { stride, dilation } = window;
  if ([...stride, ...dilation].join() !== "2,2,1,1" || size[0] % 2 !== 0 || size[1] % 2 !== 0) return undefined;
  const along = (axis: 0 | 1): readonly PhaseAlong[] =>
    [0, 1].flatMap((phase) => phaseAlong(axis, phase, size, result, kernel, window) ?? []);
  const [rows, columns] = [along(0), along(1)];
  if (rows.length + columns.length < 4) return undefined;
  return rows.map((row) =>
    columns.map((column) => ({
      taps: row.taps.flatMap((u) => column.taps.map((v) => u * kernel[1] + v)),
      kernel: [row.taps.length, column.taps.length] as const,
      padding: [row.before, column.before, row.after, column.after] as const,
    })),
  );
}

/** Four maps of half the size as one: cells of even and odd rows and columns, interleaved. */
export function woven(
  site: BlockedSite,
  shape: BufferShape,
  phases: readonly (readonly string[])[],
  origins?: RowBuffer["origins"],
): RowBuffer {
  const count: Pair = [shape.height / 2, shape.width / 2];
  const cells = (shape.channels * shape.batch * count[0] * count[1]) / shape.block;
  const parts = phases.flat().map((phase) => site.reshaped(phase, [cells, shape.block]));
  // Concatenated in large copies first, then interleaved with many threads.
  const together = site.writer.one("Concat", parts, { axis: 0 });
  return weave(site, together, { apart: [2, 2], count }, shape, origins);
}
