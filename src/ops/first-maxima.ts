/*
 * The gradient of max pools by PyTorch's tie rule (the first maximum of a window, row by row) in plain ops that every provider
 * has: MaxPool's Indices and ScatterElements are not among them. In two rounds: among the rows of a window the first whose own
 * maximum is the window's, then among that row's cells the first. In each round tap by tap: whether it equals the maximum, and
 * no earlier one did; the last tap gets what is left.
 *
 * Nothing steps through memory, which Slice is slow at: cells are told apart by the phases of the stride.
 */
import type { OnnxBuilder } from "./contracts.js";
import type { PoolAttributes } from "./pooling.js";
import { selectionMatrix } from "./selection-matrix.js";
import type { Pair } from "./window-arithmetic.js";

interface PoolValues {
  readonly x: string;
  readonly y: string;
  readonly g: string;
  readonly outputs: readonly string[];
}

interface PoolSizes {
  readonly channels: number;
  /** [H, W] of the map. */
  readonly size: Pair;
  /** Number of windows, vertically and horizontally. */
  readonly windows: Pair;
}

/** The pool along one axis. */
interface Along {
  readonly size: number;
  readonly windows: number;
  readonly taps: number;
  readonly stride: number;
  /** Padding before the first cell. */
  readonly before: number;
}

type One = (op: string, inputs: readonly string[], attributes?: Readonly<Record<string, number>>) => string;

/** Pads or crops an axis of [N, C, H, W] at both ends. */
function padded(onnx: OnnxBuilder, value: string, axis: 2 | 3, ends: Pair, filler: number): string {
  const [before, after] = ends;
  if (before === 0 && after === 0) return value;
  const pads = axis === 2 ? [0, 0, before, 0, 0, 0, after, 0] : [0, 0, 0, before, 0, 0, 0, after];
  return onnx.node("Pad", [value, onnx.int64s(pads), onnx.floats(filler)])[0] ?? "";
}

/** For each tap, the part of the windows' gradients that it gets. */
function claims(one: One, taps: number, seenBy: (tap: number) => string, maxima: string, gradient: string): string[] {
  const shares: string[] = [];
  let unclaimed = gradient;
  for (let tap = 0; tap + 1 < taps; tap++) {
    const isMaximum = one("Cast", [one("Equal", [seenBy(tap), maxima])], { to: 1 });
    const share = one("Mul", [isMaximum, unclaimed]);
    unclaimed = one("Sub", [unclaimed, share]);
    shares.push(share);
  }
  return [...shares, unclaimed];
}

/** Number of blocks of `stride` cells that contain the first cell and all tested taps. */
const blocksOf = ({ windows, taps, stride }: Along): number => windows + Math.floor(Math.max(0, taps - 2) / stride);

export function lowerFirstMaxima(
  onnx: OnnxBuilder,
  { x, y, g, outputs }: PoolValues,
  { channels, size, windows }: PoolSizes,
  { kernel, stride, padding }: PoolAttributes,
): void {
  const one: One = (op, inputs, attributes = {}) => onnx.node(op, inputs, attributes)[0] ?? "";
  const [rows, columns] = ([0, 1] as const).map((axis): Along => {
    const [before, cells, count] = [padding[axis], size[axis], windows[axis]];
    return { size: cells, windows: count, taps: kernel[axis], stride: stride[axis], before };
  }) as [Along, Along];

  const [, left, , right] = padding;
  const acrossOnly = { kernel_shape: [1, columns.taps], pads: [0, left, 0, right], strides: [1, columns.stride] };
  const ofRows = columns.taps === 1 && columns.stride === 1 ? x : (onnx.node("MaxPool", [x], acrossOnly)[0] ?? "");
  const forRows = rowsRound(onnx, one, ofRows, y, g, channels, columns.windows, rows);

  const shares = claims(one, columns.taps, cellsOfRows(onnx, one, x, channels, rows.size, columns), ofRows, forRows);
  const all = shares.length === 1 ? (shares[0] ?? "") : one("Concat", shares, { axis: 3 });
  onnx.node("MatMul", [all, placesAcross(onnx, columns)], {}, outputs);
}

/** The gradient of the rows' maxima, [N, C, H, windows across]. */
function rowsRound(
  onnx: OnnxBuilder,
  one: One,
  ofRows: string,
  y: string,
  g: string,
  channels: number,
  width: number,
  along: Along,
): string {
  const { size, windows, taps, stride, before } = along;
  if (taps === 1 && stride === 1) return g;
  const seen = blocksOf(along);
  const laidOut = padded(onnx, ofRows, 2, [before, stride * seen - size - before], Number.NEGATIVE_INFINITY);
  const byPhase = one("Reshape", [laidOut, onnx.int64s([0, channels, seen, stride, width])]);
  const seenBy = (tap: number): string => {
    const from = [Math.floor(tap / stride), tap % stride] as const;
    const to = [from[0] + windows, from[1] + 1];
    const phase = one("Slice", [byPhase, onnx.int64s(from), onnx.int64s(to), onnx.int64s([2, 3])]);
    return one("Reshape", [phase, onnx.int64s([0, channels, windows, width])]);
  };
  // From windows to blocks of rows: a tap's rows are one phase of the stride, shifted by a few blocks.
  const blocks = Math.ceil(size / stride);
  const phases = new Map<number, string>();
  for (const [tap, share] of claims(one, taps, seenBy, y, g).entries()) {
    const shift = Math.floor((tap - before) / stride);
    const phase = tap - before - shift * stride;
    const moved = padded(onnx, share, 2, [shift, blocks - windows - shift], 0);
    const sum = phases.get(phase);
    phases.set(phase, sum === undefined ? moved : one("Add", [sum, moved]));
  }
  const [some = ""] = phases.values();
  // Phases that no tap reads: the stride is larger than the kernel.
  const nothing = (): string => one("Cast", [one("Less", [some, some])], { to: 1 });
  const inBlocks = Array.from({ length: stride }, (_, phase) =>
    one("Reshape", [phases.get(phase) ?? nothing(), onnx.int64s([0, channels, blocks, 1, width])]),
  );
  const joined = stride === 1 ? (inBlocks[0] ?? "") : one("Concat", inBlocks, { axis: 3 });
  const all = one("Reshape", [joined, onnx.int64s([0, channels, blocks * stride, width])]);
  return padded(onnx, all, 2, [0, size - blocks * stride], 0);
}

/** For a tap, the cells that it reads in the rows of all windows, [N, C, H, windows across]. */
function cellsOfRows(
  onnx: OnnxBuilder,
  one: One,
  x: string,
  channels: number,
  height: number,
  along: Along,
): (tap: number) => string {
  const { size, windows, taps, stride, before } = along;
  if (taps === 1) return () => x;
  const seen = blocksOf(along);
  const laidOut = padded(onnx, x, 3, [before, stride * seen - size - before], Number.NEGATIVE_INFINITY);
  const byPhase = one("Reshape", [laidOut, onnx.int64s([0, channels, height, seen, stride])]);
  const phases = Array.from({ length: Math.min(stride, taps - 1) }, (_, phase) =>
    // Gather, because ONNX Runtime does it in one pass; next to a Transpose it would use slow Slices.
    stride === 1 ? laidOut : one("Gather", [byPhase, onnx.int64s(phase)], { axis: 4 }),
  );
  return (tap) => {
    const phase = phases[tap % stride] ?? "";
    const from = Math.floor(tap / stride);
    if (from === 0 && seen === windows) return phase;
    return one("Slice", [phase, onnx.int64s([from]), onnx.int64s([from + windows]), onnx.int64s([3])]);
  };
}

/** Where the parts of a row's taps, concatenated, belong in the map's row: [taps * windows, W]. */
function placesAcross(onnx: OnnxBuilder, { size, windows, taps, stride, before }: Along): string {
  const places = Array.from(
    { length: taps * windows },
    (_, i) => (i % windows) * stride + Math.floor(i / windows) - before,
  );
  return selectionMatrix(onnx, places, [...Array(size).keys()]);
}
