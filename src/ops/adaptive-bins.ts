// Bins of adaptive pools: how an axis is divided.
import { elementCount, type TensorType } from "../ir/shape.js";
import { type AxisMatrix, axisMatrix } from "./separable-map.js";
import { type AxisMove, gone, sliding } from "./spatial.js";
import type { Pair } from "./window-arithmetic.js";

/** The cells `[from, to)` of bin `index`: floor(index * size / bins) to ceil((index + 1) * size / bins), as in PyTorch. */
function binOf(index: number, size: number, bins: number): Pair {
  return [Math.floor((index * size) / bins), Math.ceil(((index + 1) * size) / bins)];
}

/** All bins along one axis, each `[from, to)`. They overlap if the size is not a multiple of their number. */
export const binsOf = (size: number, bins: number): readonly Pair[] =>
  Array.from({ length: bins }, (_, bin) => binOf(bin, size, bins));

/** Cells read along one axis, with repetition where bins overlap. */
export const cellsSeen = (size: number, bins: number): number =>
  binsOf(size, bins).reduce((sum, [from, to]) => sum + to - from, 0);

/** The matrix of means along one axis: all cells of a bin have equal weights. */
export const binMatrix = (size: number, bins: number): AxisMatrix =>
  axisMatrix(size, bins, (bin) => {
    const [from, to] = binOf(bin, size, bins);
    return Array.from({ length: to - from }, (_, i) => [from + i, 1 / (to - from)] as const);
  });

/** The common window of all bins if they have one size and do not overlap; otherwise undefined. */
export function evenWindow([height, width]: Pair, [bins, across]: Pair): Pair | undefined {
  return height % bins === 0 && width % across === 0 ? [height / bins, width / across] : undefined;
}

/** The axis move of the bins (ops/spatial.ts), as windows of the largest bin. */
export function binMove(to: number, size: number, bins: number): AxisMove {
  if (bins === 1) return gone;
  return sliding(to, Math.max(...binsOf(size, bins).map(([from, end]) => end - from)), size / bins);
}

/** Cells of the map per bin, on average; a fraction if bins do not divide the map. */
export const averagedCells = (input: TensorType | undefined, output: TensorType | undefined): number =>
  elementCount(input?.shape ?? []) / elementCount(output?.shape ?? []);
