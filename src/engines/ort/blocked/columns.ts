/*
 * The columns of a convolution (im2col): for every position of its result the cells under the kernel, [channels * taps,
 * positions], with the taps of a channel side by side as in its weight. One Gather of whole blocks of samples, with many
 * threads, handles padding, stride and dilation at once; padding is a block of zeros after the map.
 */
import type { ValueId } from "../../../ir/graph.js";
import type { Pair } from "../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import { naturalOrder, type RowBuffer } from "./buffer.js";
import type { ConvolutionWindow } from "./convolution-geometry.js";
import { lookAt } from "./shifts.js";
import type { BlockedSite } from "./site.js";

export interface ColumnGeometry {
  readonly kernel: Pair;
  readonly window: ConvolutionWindow;
  /** Size of the result. */
  readonly result: Pair;
  /** The distance of the map's cells with zeros between them: the stride, in gradients. */
  readonly spread?: Pair;
  /** Only every `step`-th position of the result, starting at `from`. */
  readonly part?: { readonly from: Pair; readonly step: Pair };
}

/** More indices than this, one for each block of each column, need too much memory. */
const mostIndices = 1 << 20;

/** For each tap and position along one axis, the index of the cell under it; -1 for padding. */
function seenAlong(axis: 0 | 1, size: number, { kernel, window, result, spread, part }: ColumnGeometry): Int32Array[] {
  const [apart, from, step] = [spread?.[axis] ?? 1, part?.from[axis] ?? 0, part?.step[axis] ?? 1];
  const positions = Math.ceil((result[axis] - from) / step);
  return Array.from({ length: kernel[axis] }, (_, tap) =>
    Int32Array.from({ length: positions }, (_, i) => {
      const at = (from + i * step) * window.stride[axis] + tap * window.dilation[axis] - window.padding[axis];
      return at < 0 || at >= size * apart || at % apart !== 0 ? -1 : at / apart;
    }),
  );
}

/** The block indices for each of `bases`, tap and position; `nothing` is the block of zeros. */
function indices(
  [height, width]: Pair,
  geometry: ColumnGeometry,
  bases: readonly (readonly number[])[],
  nothing: number,
): Int32Array {
  const [down, across] = [seenAlong(0, height, geometry), seenAlong(1, width, geometry)];
  const cells = (down[0]?.length ?? 0) * (across[0]?.length ?? 0);
  const all = new Int32Array(bases.flat().length * down.length * across.length * cells);
  let at = 0;
  for (const group of bases) {
    for (const rows of down) {
      for (const columns of across) {
        for (const base of group) {
          for (const row of rows) {
            for (const column of columns) all[at++] = row < 0 || column < 0 ? nothing : base + row * width + column;
          }
        }
      }
    }
  }
  return all;
}

const positionsOf = ({ result, part }: ColumnGeometry): number => {
  const [from, step] = [part?.from ?? [0, 0], part?.step ?? [1, 1]];
  return Math.ceil((result[0] - from[0]) / step[0]) * Math.ceil((result[1] - from[1]) / step[1]);
};

/** The columns over rows of a buffer. */
export function columnsOfRows(site: BlockedSite, buffer: RowBuffer, geometry: ColumnGeometry): string {
  const { writer } = site;
  const { channels, batch, height, width, block } = buffer.shape;
  const [blocks, cells, taps] = [batch / block, height * width, geometry.kernel[0] * geometry.kernel[1]];
  // One row of zeros after each map.
  const padded = lookAt(site, buffer, { from: [0, 0], stride: [1, 1], size: [height + 1, width] });
  const apart = cells + width;
  const seen = writer.table(`columns ${[batch, height, width, block]} ${JSON.stringify(geometry)}`, () => {
    const bases = [Array.from({ length: blocks }, (_, i) => i * apart)];
    return indices([height, width], geometry, bases, cells);
  });
  const name = writer.one("Gather", [site.reshaped(padded, [channels, blocks * apart, block]), seen], { axis: 1 });
  return site.reshaped(name, [channels * taps, batch * positionsOf(geometry)]);
}

/** The columns over a few channels in the graph's own layout: these are only reordered into blocks of samples. */
function columnsOfPlain(site: BlockedSite, value: ValueId, geometry: ColumnGeometry): string {
  const { writer, block } = site;
  const { channels, batch, height, width } = site.shapeFor(value);
  const [blocks, cells, taps] = [batch / block, height * width, geometry.kernel[0] * geometry.kernel[1]];
  const samples = site.reshaped(site.plain(value), [blocks, block, channels, cells]);
  const turned = writer.one(`${nchwcDomain}:ReorderInput`, [samples]);
  // Blocks before channels: not the maps that the buffer describes, but as many, and lookAt needs only their number.
  const maps = site.buffer(site.shapeFor(value), turned, [blocks, block, channels, cells]);
  const padded = lookAt(site, maps, { from: [0, 0], stride: [1, 1], size: [height + 1, width] });
  const apart = cells + width;
  const seen = writer.table(`plain ${[batch, channels, height, width, block]} ${JSON.stringify(geometry)}`, () => {
    const bases = naturalOrder(channels).map((channel) =>
      Array.from({ length: blocks }, (_, i) => (i * channels + channel) * apart),
    );
    return indices([height, width], geometry, bases, cells);
  });
  const table = site.reshaped(padded, [blocks * channels * apart, block]);
  const name = writer.one("Gather", [table, seen], { axis: 0 });
  return site.reshaped(name, [channels * taps, batch * positionsOf(geometry)]);
}

/** The columns over a value, and the order of its channels in them. */
export function columnsOf(site: BlockedSite, value: ValueId, geometry: ColumnGeometry) {
  const { channels, batch } = site.shapeFor(value);
  const taps = geometry.kernel[0] * geometry.kernel[1];
  const count = channels * taps * (batch / site.block) * positionsOf(geometry);
  if (site.hasPlain(value) && !site.hasRows(value) && count <= mostIndices) {
    return { columns: columnsOfPlain(site, value, geometry), order: naturalOrder(channels) };
  }
  const { buffer, order } = site.together(value);
  return { columns: columnsOfRows(site, buffer, geometry), order };
}
