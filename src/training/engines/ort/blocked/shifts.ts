/*
 * Moving maps about by depthwise NCHWc convolutions with constant filters: they pad, shift and pick every s-th cell in one pass that
 * many threads share, where Pad and Slice are work of one.
 */
import type { Pair } from "../../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import type { RowBuffer } from "./buffer.js";
import type { BlockedSite } from "./site.js";

/** The same filter for every one of `maps` channels, as the kernels have filters: in blocks of channels. */
export function constantFilter(site: BlockedSite, taps: readonly number[], kernel: Pair, maps: number): string {
  const { writer, block } = site;
  const spread = writer.int64s([maps / block, taps.length, block]);
  const filter = writer.one("Expand", [writer.floats(taps, [1, taps.length, 1]), spread]);
  return site.reshaped(filter, [maps, 1, ...kernel]);
}

/** Which cells of a map to look at: cell i of the result is cell `stride * i + from` of the map, zero outside of it. */
export interface Look {
  readonly from: Pair;
  readonly stride: Pair;
  readonly size: Pair;
}

/** The map looked at from elsewhere, as [1, C * N, height, width]. */
export function lookAt(site: BlockedSite, buffer: RowBuffer, { from, stride, size }: Look): string {
  const { channels, batch, height, width } = buffer.shape;
  if (from.every((cells) => cells === 0) && size[0] === height && size[1] === width) return buffer.as("maps");
  // Ahead of the map is border; further in, the one of the filter stands behind zeros.
  const kernel: Pair = [Math.max(0, from[0]) + 1, Math.max(0, from[1]) + 1];
  const pads: Pair = [Math.max(0, -from[0]), Math.max(0, -from[1])];
  const after = (axis: 0 | 1, cells: number): number =>
    Math.max(0, stride[axis] * (size[axis] - 1) + kernel[axis] - pads[axis] - cells);
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, i) => (i === kernel[0] * kernel[1] - 1 ? 1 : 0));
  const maps = channels * batch;
  return site.writer.one(`${nchwcDomain}:Conv`, [buffer.as("maps"), constantFilter(site, taps, kernel, maps)], {
    group: maps,
    kernel_shape: kernel,
    pads: [...pads, after(0, height), after(1, width)],
    strides: stride,
    dilations: [1, 1],
  });
}
