/*
 * Moving maps by depthwise NCHWc convolutions with constant filters: they pad, shift and pick every s-th cell in one pass with many
 * threads; Pad and Slice use one.
 */
import type { Pair } from "../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import type { BufferShape, RowBuffer } from "./buffer.js";
import type { BlockedSite } from "./site.js";

/** The same filter for each of `maps` channels, in the layout of the kernels' filters: in blocks of channels. */
function constantFilter(site: BlockedSite, taps: readonly number[], kernel: Pair, maps: number): string {
  const { writer, block } = site;
  const spread = writer.int64s([maps / block, taps.length, block]);
  const filter = writer.one("Expand", [writer.floats(taps, [1, taps.length, 1]), spread]);
  return site.reshaped(filter, [maps, 1, ...kernel]);
}

/** Which cells of a map to read: cell i of the result is cell `stride * i + from` of the map, zero outside it. */
export interface Look {
  readonly from: Pair;
  readonly stride: Pair;
  readonly size: Pair;
}

/** The map shifted and strided, as [1, C * N, height, width]. */
export function lookAt(site: BlockedSite, buffer: RowBuffer, { from, stride, size }: Look): string {
  const { channels, batch, height, width } = buffer.shape;
  const look = (axis: 0 | 1, cells: number) => {
    const place = Math.max(0, from[axis]);
    const before = Math.max(0, -from[axis]);
    const after = stride[axis] * (size[axis] - 1) + place + 1 - before - cells;
    // A filter with zeros after its one leaves out the map's last cells.
    return { place, before, after: Math.max(0, after), length: place + 1 + Math.max(0, -after) };
  };
  const [down, right] = [look(0, height), look(1, width)];
  const moved = [...from, down.length - 1, right.length - 1, down.after, right.after, stride[0] - 1, stride[1] - 1];
  if (moved.every((cells) => cells === 0)) return buffer.as("maps");
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

/** How cells were separated: those with the same remainder by `apart` are together, `count` of them each way. */
export interface Weaving {
  readonly apart: Pair;
  readonly count: Pair;
}

/** [apart, apart, C, N/B, count, count, B] back to a map of this shape; excess cells at the ends are dropped. */
export function weave(
  site: BlockedSite,
  name: string,
  { apart, count }: Weaving,
  shape: BufferShape,
  origins?: RowBuffer["origins"],
): RowBuffer {
  const { channels, batch, block, height, width } = shape;
  const maps = (channels * batch) / block;
  const tiles = count[0] * count[1];
  const source = site.reshaped(name, [apart[0] * apart[1] * maps * tiles, block]);
  const woven = blocksAt(site, source, {
    what: `weave ${[...apart, ...count, maps, height, width]}`,
    outer: 1,
    maps: { count: maps, apart: tiles },
    cells: height * width,
    at: (_, cell) => {
      const [down, right] = [Math.floor(cell / width), cell % width];
      const phase = (down % apart[0]) * apart[1] + (right % apart[1]);
      return phase * maps * tiles + Math.floor(down / apart[0]) * count[1] + Math.floor(right / apart[1]);
    },
  });
  return site.buffer(shape, woven, [maps * height * width, block], origins);
}

/** The blocks of samples that {@link blocksAt} collects: for each of `outer` patterns, each map and each cell. */
interface BlockPattern {
  /** A key that determines the pattern. */
  readonly what: string;
  readonly outer: number;
  /** The number of maps, and the distance in blocks between the starts of two maps. */
  readonly maps: { readonly count: number; readonly apart: number };
  readonly cells: number;
  /** The block for a cell of the first map. */
  readonly at: (outer: number, cell: number) => number;
}

/**
 * Blocks [n, B] in another order, [outer * maps * cells, B], by one Gather, which uses many threads (Transpose, Slice and Pad use
 * one). Only the pattern of one map is stored; the step adds the maps' offsets to it, once per geometry.
 */
export function blocksAt(site: BlockedSite, source: string, { what, outer, maps, cells, at }: BlockPattern): string {
  const { writer } = site;
  const pattern = writer.table(`pattern ${what}`, () =>
    Int32Array.from({ length: outer * cells }, (_, i) => at(Math.floor(i / cells), i % cells)),
  );
  const starts = writer.table(`starts ${maps.count} ${maps.apart}`, () =>
    Int32Array.from({ length: maps.count }, (_, map) => map * maps.apart),
  );
  const places = writer.one("Add", [site.reshaped(pattern, [outer, 1, cells]), site.reshaped(starts, [maps.count, 1])]);
  return writer.one("Gather", [source, site.reshaped(places, [outer * maps.count * cells])], { axis: 0 });
}
