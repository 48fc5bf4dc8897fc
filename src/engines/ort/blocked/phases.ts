/*
 * A map in phases of stride 2: its cells of even and of odd rows and columns are four maps of half the size. What a stride
 * leaves out going forward is a phase of its own going back, without zeros in between.
 */
import type { Padding, Pair } from "../../../ops/window-arithmetic.js";
import type { BufferShape, RowBuffer } from "./buffer.js";
import type { ConvolutionWindow } from "./convolution-geometry.js";
import { weave } from "./shifts.js";
import type { BlockedSite } from "./site.js";

interface PhaseAlong {
  /** The kernel's taps that meet this phase, in the order in which they see the gradient. */
  readonly taps: readonly number[];
  readonly before: number;
  readonly after: number;
}

/** How one phase along an axis sees the result's gradient. */
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
  /** The taps in the weight, of both axes together. */
  readonly taps: readonly number[];
  readonly kernel: Pair;
  readonly padding: Padding;
}

/** The convolution over the result's gradient for each phase [row][column]; undefined where phases do not serve. */
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

/** Four maps of half the size as one: cells of even and odd rows and columns by turns. */
export function woven(
  site: BlockedSite,
  shape: BufferShape,
  phases: readonly (readonly string[])[],
  origins?: RowBuffer["origins"],
): RowBuffer {
  const count: Pair = [shape.height / 2, shape.width / 2];
  const cells = (shape.channels * shape.batch * count[0] * count[1]) / shape.block;
  const parts = phases.flat().map((phase) => site.reshaped(phase, [cells, shape.block]));
  // Joined one behind the other, in large copies, before many threads weave them.
  const together = site.writer.one("Concat", parts, { axis: 0 });
  return weave(site, together, { apart: [2, 2], count }, shape, origins);
}
