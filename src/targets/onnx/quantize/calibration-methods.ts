/**
 * The range of a tensor from what was seen of it, as ONNX Runtime's calibrator defines it (onnxruntime.quantization, calibrate.py, with
 * its `symmetric=False`): the least and greatest number; or a part of the histogram over [-t, t], where t is the greatest magnitude.
 */
import type { Range } from "./affine.js";

export const calibrationMethods = ["minmax", "percentile", "entropy"] as const;
export const usualMethod: CalibrationMethod = "minmax";
export type CalibrationMethod = (typeof calibrationMethods)[number];

/** Of a histogram over [-t, t]. ONNX Runtime's percentile has as many; its entropy has 128, of which it can choose only all. */
export const binCount = 2048;
/** The share of numbers that a percentile keeps, in percent: ONNX Runtime's default. */
export const keptPercent = 99.999;
/** Levels that the entropy is measured with: ONNX Runtime's and TensorRT's default. */
const levelCount = 128;

/** What was seen of a tensor. */
export interface Seen extends Range {
  /** Numbers by bin; empty where the method needs none. */
  readonly bins: Float64Array;
}

/** Counts numbers into the bins of [-most, most]; the last bin also has the number `most`. */
export function countInto(bins: Float64Array, most: number, numbers: Float32Array): void {
  const scale = bins.length / (2 * most);
  const last = bins.length - 1;
  for (let i = 0; i < numbers.length; i++) {
    const bin = Math.floor(((numbers[i] as number) + most) * scale);
    const at = bin < 0 ? 0 : bin > last ? last : bin;
    bins[at] = (bins[at] as number) + 1;
  }
}

export const mostOf = ({ low, high }: Range): number => Math.max(Math.abs(low), Math.abs(high));

/** The range that the method takes, never wider than the numbers seen. */
export function rangeBy(method: CalibrationMethod, seen: Seen): Range {
  const most = mostOf(seen);
  if (method === "minmax" || most === 0) return { low: seen.low, high: seen.high };
  const edgeOf = (bin: number): number => -most + (2 * most * bin) / seen.bins.length;
  const [from, to] = method === "percentile" ? keptBins(seen.bins) : fewestBitsLost(seen.bins);
  return { low: Math.max(seen.low, edgeOf(from)), high: Math.min(seen.high, edgeOf(to)) };
}

/** The edges between which the kept share of the numbers lies, the rest cut off in equal parts. */
function keptBins(bins: Float64Array): readonly [number, number] {
  const total = sumOf(bins, 0, bins.length);
  const cut = (100 - keptPercent) / 200;
  const firstWith = (share: number): number => {
    let sum = 0;
    for (let i = 0; i < bins.length; i++) {
      sum += (bins[i] as number) / total;
      if (sum >= share) return i;
    }
    return bins.length;
  };
  // The upper bin as a whole, whose numbers are kept; ONNX Runtime cuts it off.
  return [firstWith(cut), firstWith(1 - cut) + 1];
}

const sumOf = (bins: Float64Array, from: number, to: number): number => {
  let sum = 0;
  for (let i = from; i < to; i++) sum += bins[i] as number;
  return sum;
};

/**
 * The window around zero whose distribution, put into a few levels, diverges least from that of all numbers (Kullback-Leibler; Migacz,
 * "8-bit inference with TensorRT", 2017). Numbers outside count to the window's first and last bin.
 */
function fewestBitsLost(bins: Float64Array): readonly [number, number] {
  const middle = bins.length / 2;
  const sums = new Float64Array(bins.length + 1);
  for (let i = 0; i < bins.length; i++) sums[i + 1] = (sums[i] as number) + (bins[i] as number);
  let best: readonly [number, number] = [0, bins.length];
  let least = Number.POSITIVE_INFINITY;
  for (let half = levelCount / 2; half <= middle; half++) {
    const [from, to] = [middle - half, Math.min(middle + half + 1, bins.length)];
    const divergence = divergenceOf(bins, sums, from, to);
    if (divergence < least) [least, best] = [divergence, [from, to]];
  }
  return best;
}

/** So small that it changes no bin with numbers, as ONNX Runtime adds to empty ones. */
const smoothing = 1e-4;

function divergenceOf(bins: Float64Array, sums: Float64Array, from: number, to: number): number {
  const size = to - from;
  const p = bins.slice(from, to);
  p[0] = (p[0] as number) + (sums[from] as number);
  p[size - 1] = (p[size - 1] as number) + (sums[bins.length] as number) - (sums[to] as number);
  const q = new Float64Array(size);
  const width = Math.floor(size / levelCount);
  for (let level = 0; level < levelCount; level++) {
    const start = level * width;
    const end = start + width;
    // The last level also has what is left over by the division, as in ONNX Runtime.
    const stop = level === levelCount - 1 ? size : end;
    const inLevel = (sums[from + stop] as number) - (sums[from + start] as number);
    let filled = 0;
    for (let i = start; i < end; i++) if (p[i] !== 0) filled++;
    if (filled > 0) q.fill(Math.trunc(inLevel / filled), start, end);
  }
  if (!smooth(p) || !smooth(q)) return Number.POSITIVE_INFINITY;
  const [total, other] = [sumOf(p, 0, size), sumOf(q, 0, size)];
  let divergence = 0;
  for (let i = 0; i < size; i++) {
    const share = (p[i] as number) / total;
    divergence += share * Math.log(share / ((q[i] as number) / other));
  }
  return divergence;
}

/** Gives empty bins a little, taken from the others; false if the others have too little. */
function smooth(bins: Float64Array): boolean {
  let empty = 0;
  for (let i = 0; i < bins.length; i++) if (bins[i] === 0) empty++;
  if (empty === bins.length) return false;
  const taken = (smoothing * empty) / (bins.length - empty);
  if (taken >= 1) return false;
  for (let i = 0; i < bins.length; i++) bins[i] = bins[i] === 0 ? smoothing : (bins[i] as number) - taken;
  return true;
}
