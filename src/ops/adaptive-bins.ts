// How adaptive pools cut an axis.
import { elementCount, type TensorType } from "../ir/shape.js";
import { type AxisMatrix, axisMatrix } from "./separable-map.js";
import { type AxisMove, gone, sliding } from "./spatial.js";
import type { Pair } from "./window-arithmetic.js";

/** The cells `[from, to)` of bin `index`: floor(index * size / bins) to ceil((index + 1) * size / bins), as PyTorch has it. */
function binOf(index: number, size: number, bins: number): Pair {
  return [Math.floor((index * size) / bins), Math.ceil(((index + 1) * size) / bins)];
}

/** All bins along one axis, each `[from, to)`: they overlap where the axis does not fit. */
export const binsOf = (size: number, bins: number): readonly Pair[] =>
  Array.from({ length: bins }, (_, bin) => binOf(bin, size, bins));

/** Cells that are looked at along one axis: more than there are where bins overlap. */
export const cellsSeen = (size: number, bins: number): number =>
  binsOf(size, bins).reduce((sum, [from, to]) => sum + to - from, 0);

/** The means along one axis: a bin's cells have equal parts. */
export const binMatrix = (size: number, bins: number): AxisMatrix =>
  axisMatrix(size, bins, (bin) => {
    const [from, to] = binOf(bin, size, bins);
    return Array.from({ length: to - from }, (_, i) => [from + i, 1 / (to - from)] as const);
  });

/** The window that all bins are, where they are of one size side by side; undefined where they differ or overlap. */
export function evenWindow([height, width]: Pair, [bins, across]: Pair): Pair | undefined {
  return height % bins === 0 && width % across === 0 ? [height / bins, width / across] : undefined;
}

/** How the bins along one axis move through space: as windows of the largest of them. */
export function binMove(to: number, size: number, bins: number): AxisMove {
  if (bins === 1) return gone;
  return sliding(to, Math.max(...binsOf(size, bins).map(([from, end]) => end - from)), size / bins);
}

/** How many cells of the map each bin averages; a fraction where bins do not fit it. */
export const averagedCells = (input: TensorType | undefined, output: TensorType | undefined): number =>
  elementCount(input?.shape ?? []) / elementCount(output?.shape ?? []);
