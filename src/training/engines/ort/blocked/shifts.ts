/*
 * Moving maps about by depthwise NCHWc convolutions with constant filters: they pad, shift and pick every s-th cell in one pass that
 * many threads share, where Pad and Slice are work of one.
 */
import type { Pair } from "../../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import type { BufferShape, RowBuffer } from "./buffer.js";
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
  const look = (axis: 0 | 1, cells: number) => {
    const place = Math.max(0, from[axis]);
    const before = Math.max(0, -from[axis]);
    const after = stride[axis] * (size[axis] - 1) + place + 1 - before - cells;
    // A filter with zeros behind its one leaves out the map's last cells.
    return { place, before, after: Math.max(0, after), length: place + 1 + Math.max(0, -after) };
  };
  const [down, right] = [look(0, height), look(1, width)];
  if ([...from, down.length - 1, right.length - 1, down.after, right.after].every((cells) => cells === 0)) {
    return buffer.as("maps");
  }
  const one = down.place * right.length + right.place;
  const taps = Array.from({ length: down.length * right.length }, (_, i) => (i === one ? 1 : 0));
  const maps = channels * batch;
  const kernel: Pair = [down.length, right.length];
  return site.writer.one(`${nchwcDomain}:Conv`, [buffer.as("maps"), constantFilter(site, taps, kernel, maps)], {
    group: maps,
    kernel_shape: kernel,
    pads: [down.before, right.before, down.after, right.after],
    strides: stride,
    dilations: [1, 1],
  });
}

/** How cells were taken apart: those of equal remainder by `apart` lie together, `count` of them each way. */
export interface Weaving {
  readonly apart: Pair;
  readonly count: Pair;
}

/** [apart, apart, C, N/B, count, count, B] back to a map of this shape; what is over at the ends is cut off. */
export function weave(site: BlockedSite, name: string, { apart, count }: Weaving, shape: BufferShape): RowBuffer {
  const { writer } = site;
  const { channels, batch, block, height, width } = shape;
  const maps = (channels * batch) / block;
  const seen = site.reshaped(name, [...apart, maps, ...count, block]);
  const woven = writer.one("Transpose", [seen], { perm: [2, 3, 0, 4, 1, 5] });
  const whole = { ...shape, height: count[0] * apart[0], width: count[1] * apart[1] };
  const made = site.buffer(whole, woven, [maps, count[0], apart[0], count[1], apart[1], block]);
  if (whole.height === height && whole.width === width) return made;
  const bounds = [
    [0, 0],
    [height, width],
    [2, 3],
  ].map((list) => writer.int64s(list));
  return site.buffer(shape, writer.one("Slice", [made.as("blocks"), ...bounds]), "blocks");
}
