/*
 * The gradient of 3x3 max pools of stride 2 by PyTorch's tie rule (the first maximum of a window, row by row), in two rounds:
 * the first of the window's three rows whose maximum is the window's, then the first such cell of that row. Each round tests
 * two of three; the third gets the rest.
 *
 * One kernel does a shift, every second row or column, a difference and a test for 0: a depthwise convolution with a single 1
 * or -1 in its filter, a summand, and a hard sigmoid as activation.
 */
import type { Pair } from "../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import type { RowBuffer } from "./buffer.js";
import type { BlockedSite } from "./site.js";

/** 1 if x is 0, and 0 for any positive x: the slope is too steep for any difference of floats to end in between. */
const isZero = { activation: "HardSigmoid", activation_params: { floats: [-3e38, 1] } } as const;

interface Selection {
  readonly kernel: Pair;
  /** The position in the kernel of its only nonzero number, and that number. */
  readonly at: Pair;
  readonly value: 1 | -1;
  readonly stride: Pair;
  /** Rows and columns of zeros: top, left, bottom, right. */
  readonly pads?: readonly [number, number, number, number];
}

/** For each cell of the result one cell of the map, times 1 or -1, plus `sum`; with `test`, whether that is 0. */
function select(
  site: BlockedSite,
  map: string,
  maps: number,
  { kernel, at, value, stride, pads = [0, 0, 0, 0] }: Selection,
  { sum, test = false }: { readonly sum?: string; readonly test?: boolean } = {},
): string {
  const { writer, block } = site;
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, i) => (i === at[0] * kernel[1] + at[1] ? value : 0));
  const spread = writer.int64s([maps / block, taps.length, block]);
  const filter = writer.one("Expand", [writer.floats(taps, [1, taps.length, 1]), spread]);
  const inputs = [map, site.reshaped(filter, [maps, 1, ...kernel]), ...(sum === undefined ? [] : ["", sum])];
  return writer.one(`${nchwcDomain}:Conv`, inputs, {
    group: maps,
    kernel_shape: kernel,
    pads,
    strides: stride,
    dilations: [1, 1],
    ...(test ? isZero : {}),
  });
}

/** A pair with one number along an axis and the other across it. */
const along = (axis: 0 | 1, own: number, other: number): Pair => (axis === 0 ? [own, other] : [other, own]);

interface Round {
  /** The axis of the windows of three cells. */
  readonly axis: 0 | 1;
  /** The map to search, and which of every two rows when choosing among columns. */
  readonly map: string;
  readonly row: 0 | 1;
  /** The maximum of each window, the same shifted by one window, and its gradient. */
  readonly largest: string;
  readonly next: string;
  readonly gradient: string;
}

/** The gradient of even and odd cells along an axis. Window i has the cells 2 i - 1, 2 i and 2 i + 1. */
function shares(site: BlockedSite, maps: number, round: Round): readonly [even: string, odd: string] {
  const { writer } = site;
  const { axis, map, row, largest, next, gradient } = round;
  // Cells of the map: every second one along the axis; across it every cell, or every second one starting at `row`.
  const stride: Pair = axis === 0 ? [2, 1] : [2, 2];
  const cells = (parity: 0 | 1): Selection => {
    const kernel: Pair = axis === 0 ? [parity + 1, 1] : [row + 1, parity + 1];
    return { kernel, at: [kernel[0] - 1, kernel[1] - 1], value: -1, stride };
  };
  // The first cell of window i + 1 is the odd one of window i.
  const isFirst = select(site, map, maps, cells(1), { sum: next, test: true });
  const ahead = { kernel: along(axis, 2, 1), stride: [1, 1] } as const;
  const fromNext = select(site, gradient, maps, {
    ...ahead,
    at: along(axis, 1, 0),
    value: 1,
    pads: axis === 0 ? [0, 0, 1, 0] : [0, 0, 0, 1],
  });
  const first = writer.one("Mul", [isFirst, fromNext]);
  const rest = select(
    site,
    first,
    maps,
    { ...ahead, at: [0, 0], value: -1, pads: axis === 0 ? [1, 0, 0, 0] : [0, 1, 0, 0] },
    { sum: gradient },
  );
  const isSecond = select(site, map, maps, cells(0), { sum: largest, test: true });
  const even = writer.one("Mul", [isSecond, rest]);
  const odd = writer.one("Add", [first, writer.one("Sub", [rest, even])]);
  return [even, odd];
}

export interface PooledMaps {
  readonly input: RowBuffer;
  /** The maxima of each row's windows, [.., height, width / 2], see {@link pooledTwice}. */
  readonly rowMaxima: string;
  readonly pooled: string;
  readonly gradient: string;
}

/** Whether {@link phasesOfGradient} supports a pool. */
export function isHalving(
  { kernel, stride, padding }: { readonly kernel: Pair; readonly stride: Pair; readonly padding: readonly number[] },
  { height, width }: { readonly height: number; readonly width: number },
): boolean {
  const [top = 0, left = 0, bottom = 0, right = 0] = padding;
  // A second row of padding at the end adds a window: the pool rounds its output size up.
  const isPadded = top === 1 && left === 1 && bottom <= 1 && right <= 1 && height % 2 === 0 && width % 2 === 0;
  return isPadded && [...kernel, ...stride].join() === "3,3,2,2";
}

/** The pool in two steps, along rows and then along columns: the gradient needs the row maxima. */
export function pooledTwice(
  site: BlockedSite,
  input: RowBuffer,
): { readonly rowMaxima: string; readonly pooled: string } {
  const pool = (map: string, axis: 0 | 1): string =>
    site.writer.one(`${nchwcDomain}:MaxPool`, [map], {
      kernel_shape: along(axis, 3, 1),
      // The last window ends at the end of the map, whose size is even.
      pads: axis === 0 ? [1, 0, 0, 0] : [0, 1, 0, 0],
      strides: along(axis, 2, 1),
    });
  const rowMaxima = pool(input.as("maps"), 1);
  return { rowMaxima, pooled: pool(rowMaxima, 0) };
}

/** The input gradient as four maps of half the size: [rows][columns], even before odd. */
export function phasesOfGradient(
  site: BlockedSite,
  { input, rowMaxima, pooled, gradient }: PooledMaps,
): readonly (readonly [string, string])[] {
  const maps = input.shape.channels * input.shape.batch;
  const seen = (map: string, selection: Omit<Selection, "value">): string =>
    select(site, map, maps, { ...selection, value: 1 });
  const ofRows = shares(site, maps, {
    axis: 0,
    map: rowMaxima,
    row: 0,
    largest: pooled,
    next: seen(pooled, { kernel: [2, 1], at: [1, 0], stride: [1, 1], pads: [0, 0, 1, 0] }),
    gradient,
  });
  return ofRows.map((ofRow, i) => {
    const row = i as 0 | 1;
    const selected = { kernel: [row + 1, 1], at: [row, 0], stride: [2, 1] } as const;
    const next = { kernel: [row + 1, 2], at: [row, 1], stride: [2, 1], pads: [0, 0, 0, 1] } as const;
    return shares(site, maps, {
      axis: 1,
      map: input.as("maps"),
      row,
      largest: seen(rowMaxima, selected),
      next: seen(rowMaxima, next),
      gradient: ofRow,
    });
  });
}
