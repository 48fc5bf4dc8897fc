/*
 * Dense 3x3 convolutions of stride 1 by Winograd's minimal filtering (winograd-matrices.ts). Going into the products a map [C, N/B,
 * H, W, B] is seen by depthwise NCHWc convolutions whose filters are rows of B', first down, then right, and whose strides are
 * those of the tiles: every result is a matrix [C, T] over the T tiles of all samples. For each of the 36 (or 16) points there is
 * one product of matrices; coming out, one product with a constant matrix over the points gives the tiles' cells.
 * Nothing is as large as the columns of im2col (9 maps): 2.25 maps each way, and a quarter of the products.
 */
import type { Node, ValueId } from "../../../../ir/graph.js";
import type { Padding, Pair } from "../../../../ops/window-arithmetic.js";
import { microsoftDomain, nchwcDomain } from "../model-writer.js";
import type { BufferShape, RowBuffer } from "./buffer.js";
import { windowOf } from "./depthwise-convolution.js";
import type { Lowering } from "./lowering.js";
import { constantFilter, weave } from "./shifts.js";
import type { BlockedSite } from "./site.js";
import { bothAxes, type MinimalFilter, minimalFilter, transposed } from "./winograd-matrices.js";

/** Narrower products do not pay for the ways in and out. */
const fewestChannels = 16;

const [small, large] = [minimalFilter(2, 3), minimalFilter(4, 3)];

/** One axis: which tiles, and how many of them. */
interface Tiling {
  readonly by: MinimalFilter;
  readonly count: number;
}

const tiling = (cells: number): Tiling => {
  const by = cells <= small.results ? small : large;
  return { by, count: Math.ceil(cells / by.results) };
};

interface Winograd {
  readonly padding: Padding;
  /** Tiles of the convolution's result. */
  readonly tiles: readonly [Tiling, Tiling];
}

const pointsOf = ([down, right]: readonly [Tiling, Tiling]): number => down.by.input.length * right.by.input.length;

/** The convolution's tiles where minimal filtering serves it; `result` is the size of what comes out. */
function winogradOf(
  site: BlockedSite,
  node: Node,
  weight: readonly number[],
  result: Pair,
  batch: number,
): Winograd | undefined {
  const [filters = 0, inputs = 0, height, width] = weight;
  const { stride, dilation, padding } = windowOf(node.attributes);
  const isPlain = [...stride, ...dilation].every((cells) => cells === 1) && height === 3 && width === 3;
  if (!isPlain || node.attributes.groups !== 1 || batch % site.block !== 0) return undefined;
  if (Math.min(filters, inputs) < fewestChannels || padding.some((cells) => cells > 2)) return undefined;
  const tiles = [tiling(result[0]), tiling(result[1])] as const;
  const products = pointsOf(tiles) * tiles[0].count * tiles[1].count;
  return products * 2 <= 9 * result[0] * result[1] ? { padding, tiles } : undefined;
}

interface AxisPass {
  /** 0 down, 1 right. */
  readonly axis: 0 | 1;
  readonly stride: number;
  readonly before: number;
  readonly count: number;
}

/** Every channel of every sample through the same short filter along one axis; `size` is the map's before and after. */
function alongAxis(
  site: BlockedSite,
  maps: string,
  { count: channels, size }: { readonly count: number; readonly size: Pair },
  filter: readonly number[],
  { axis, stride, before, count }: AxisPass,
): string {
  // Zeros at the ends are left out, as far as the border allows.
  const first = Math.min(
    filter.findIndex((tap) => tap !== 0),
    before,
  );
  const taps = filter.slice(first, filter.findLastIndex((tap) => tap !== 0) + 1);
  const lead = before - first;
  const rest = Math.max(0, stride * (count - 1) + taps.length - size[axis] - lead);
  const pair = (along: number, across: number): Pair => (axis === 0 ? [along, across] : [across, along]);
  return site.writer.one(`${nchwcDomain}:Conv`, [maps, constantFilter(site, taps, pair(taps.length, 1), channels)], {
    group: channels,
    kernel_shape: pair(taps.length, 1),
    pads: [...pair(lead, 0), ...pair(rest, 0)],
    strides: pair(stride, 1),
    dilations: [1, 1],
  });
}

type Filters = readonly (readonly number[])[];

/** The tiles of a map at all points: [points, C, T]. `filters` are rows of B', or of A for gradients. */
function intoTiles(
  site: BlockedSite,
  buffer: RowBuffer,
  tiles: readonly [Tiling, Tiling],
  filters: readonly [Filters, Filters],
  [top, left]: Pair,
): string {
  const { channels, batch, height, width } = buffer.shape;
  const count = channels * batch;
  const [down, right] = tiles;
  const both = filters[0].flatMap((rowFilter) => {
    const rows = { axis: 0, stride: down.by.results, before: top, count: down.count } as const;
    const half = alongAxis(site, buffer.as("maps"), { count, size: [height, width] }, rowFilter, rows);
    return filters[1].map((filter) => {
      const columns = { axis: 1, stride: right.by.results, before: left, count: right.count } as const;
      return alongAxis(site, half, { count, size: [down.count, width] }, filter, columns);
    });
  });
  const all = site.writer.one("Concat", both, { axis: 0 });
  return site.reshaped(all, [pointsOf(tiles), channels, batch * down.count * right.count]);
}

/** The way back: [points, C, T] to a map of this shape. */
function outOfTiles(
  site: BlockedSite,
  products: string,
  shape: BufferShape,
  tiles: readonly [Tiling, Tiling],
): RowBuffer {
  const { writer } = site;
  const [down, right] = tiles;
  const [points, cells] = [pointsOf(tiles), down.by.results * right.by.results];
  const matrix = writer.floats(bothAxes(down.by.output, right.by.output), [cells, points]);
  const size = shape.channels * shape.batch * down.count * right.count;
  const made = writer.one("MatMul", [matrix, site.reshaped(products, [points, size])]);
  const weaving = {
    apart: [down.by.results, right.by.results],
    count: [down.count, right.count],
  } as const;
  return weave(site, made, weaving, shape);
}

/** The weight [O, I, 3, 3] at all points, [points, O, I]; turned by half a circle for the way back. */
function filtersAtPoints(
  site: BlockedSite,
  weight: ValueId,
  layout: readonly [readonly number[], readonly number[]],
  tiles: readonly [Tiling, Tiling],
  turned: boolean,
): string {
  const { writer } = site;
  const [filters = 1, inputs = 1, height = 3, width = 3] = site.sizesOf(weight);
  const flat = site.reshaped(site.inLayout(weight, layout), [filters * inputs, height * width]);
  const own = ({ by }: Tiling): Filters => (turned ? by.filter.map((row) => row.toReversed()) : by.filter);
  const matrix = writer.floats(bothAxes(own(tiles[0]), own(tiles[1])), [pointsOf(tiles), height * width]);
  return site.reshaped(writer.one("Gemm", [matrix, flat], { transB: 1 }), [pointsOf(tiles), filters, inputs]);
}

const inputFilters = ([down, right]: Winograd["tiles"]): readonly [Filters, Filters] => [down.by.input, right.by.input];

export const winograd: Lowering = (site, node, fallback) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId | undefined];
  const output = node.outputs[0] as ValueId;
  const shape = site.shapeFor(output);
  const found = winogradOf(site, node, site.sizesOf(weight), [shape.height, shape.width], shape.batch);
  if (found === undefined) return fallback();
  const { tiles, padding } = found;
  const { writer } = site;
  const { buffer, order } = site.together(x);
  const rows = site.wishedOrder(output);
  const seen = intoTiles(site, buffer, tiles, inputFilters(tiles), [padding[0], padding[1]]);
  const products = writer.one("MatMul", [filtersAtPoints(site, weight, [rows, order], tiles, false), seen]);
  const made = outOfTiles(site, products, shape, tiles);
  const whole =
    bias === undefined
      ? made.as("blocks")
      : writer.one("Add", [
          made.as("blocks"),
          site.reshaped(site.inLayout(bias, [rows]), [shape.channels, 1, 1, 1, 1]),
        ]);
  const buffered = site.buffer(shape, whole, "blocks", site.originsOf(output, rows));
  site.setOrdered(output, { buffer: buffered, order: rows });
  return true;
};

/** The convolution of the gradient with the turned filters, over as many cells more at each side as the kernel reaches. */
export const winogradInputGradient: Lowering = (site, node, fallback) => {
  const [weight, g] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const shape = site.shapeFor(output);
  const found = winogradOf(site, node, site.sizesOf(weight), [shape.height, shape.width], shape.batch);
  if (found === undefined) return fallback();
  const { tiles, padding } = found;
  const { buffer, order } = site.together(g);
  const wished = site.orderLike(site.inputBehind(g), output);
  const seen = intoTiles(site, buffer, tiles, inputFilters(tiles), [2 - padding[0], 2 - padding[1]]);
  const filters = filtersAtPoints(site, weight, [order, wished], tiles, true);
  const products = site.writer.one(`${microsoftDomain}:FusedMatMul`, [filters, seen], { transA: 1 });
  site.setOrdered(output, { buffer: outOfTiles(site, products, shape, tiles), order: wished });
  return true;
};

export const winogradWeightGradient: Lowering = (site, node, fallback) => {
  const [x, g] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const sizes = site.sizesOf(output);
  const { batch, height, width } = site.shapeFor(g);
  const found = winogradOf(site, node, sizes, [height, width], batch);
  if (found === undefined) return fallback();
  const { tiles, padding } = found;
  const { writer } = site;
  const { buffer, order } = site.together(x);
  const gradient = site.together(g);
  const seen = intoTiles(site, buffer, tiles, inputFilters(tiles), [padding[0], padding[1]]);
  const [down, right] = tiles;
  const spread = [transposed(down.by.output), transposed(right.by.output)] as const;
  const across = intoTiles(site, gradient.buffer, tiles, spread, [0, 0]);
  const [filters = 1, inputs = 1, ...kernel] = sizes;
  const products = writer.one(`${microsoftDomain}:FusedMatMul`, [across, seen], { transB: 1 });
  const taps = (kernel[0] as number) * (kernel[1] as number);
  const matrix = writer.floats(bothAxes(down.by.filter, right.by.filter), [pointsOf(tiles), taps]);
  const flat = site.reshaped(products, [pointsOf(tiles), filters * inputs]);
  const made = writer.one("Gemm", [flat, matrix], { transA: 1 });
  site.setLaid(output, site.reshaped(made, sizes), [gradient.order, order]);
  return true;
};
