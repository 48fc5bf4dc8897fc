/*
 * Dense 3x3 convolutions of stride 1 by Winograd's minimal filtering (winograd-matrices.ts). First, one Gather collects the cells of
 * every tile of a map [C, N/B, H, W, B] as rows, [36, C T] over the T tiles of all samples, and a product with the constant matrix B'
 * over both axes transforms them to the points. Each of the 36 (or 16) points has one matrix product. Then one product with a constant
 * matrix over the points gives the cells of the result's tiles.
 * Nothing is as large as the columns of im2col (9 maps): 2.25 maps in each direction, and a quarter of the products.
 */
import type { Node, ValueId } from "../../../ir/graph.js";
import type { Padding, Pair } from "../../../ops/window-arithmetic.js";
import { microsoftDomain } from "../model-writer.js";
import type { BufferShape, RowBuffer } from "./buffer.js";
import { windowOf } from "./convolution-geometry.js";
import type { Lowering } from "./lowering.js";
import { blocksAt, lookAt, weave } from "./shifts.js";
import type { BlockedSite } from "./site.js";
import { bothAxes, type MinimalFilter, minimalFilter, transposed, turnedFilter } from "./winograd-matrices.js";

/** Narrower products do not pay for the transforms. */
const fewestChannels = 16;

const [small, large] = [minimalFilter(2, 3), minimalFilter(4, 3)];

const turned = new Map([small, large].map((by) => [by, turnedFilter(by)]));

/** The tiles of one axis: their filter and their number. */
interface Tiling {
  readonly by: MinimalFilter;
  readonly count: number;
}

const tiling = (cells: number): Tiling => {
  const by = cells <= small.results ? small : large;
  return { by, count: Math.ceil(cells / by.results) };
};

const turnedTiling = ({ by, count }: Tiling): Tiling => ({ by: turned.get(by) ?? turnedFilter(by), count });

interface Winograd {
  readonly padding: Padding;
  /** Tiles of the convolution's result. */
  readonly tiles: readonly [Tiling, Tiling];
}

const pointsOf = ([down, right]: readonly [Tiling, Tiling]): number => down.by.input.length * right.by.input.length;

/** The convolution's tiles, if minimal filtering is suitable; `result` is the size of the result. */
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

/** The cells of a tile: `reach` of them each way, starting at `from`. */
interface Windows {
  readonly reach: Pair;
  readonly from: Pair;
}

/** The cells of every tile, [reach * reach, C T]; those outside the map are zeros. */
function windowsOf(
  site: BlockedSite,
  buffer: RowBuffer,
  [down, right]: readonly [Tiling, Tiling],
  { reach, from }: Windows,
): string {
  const { channels, batch, height, width, block } = buffer.shape;
  const maps = (channels * batch) / block;
  const tiles = down.count * right.count;
  // One row of zeros after each map.
  const padded = lookAt(site, buffer, { from: [0, 0], stride: [1, 1], size: [height + 1, width] });
  const cells = (height + 1) * width;
  const geometry = [height, width, down.by.results, right.by.results, down.count, right.count, ...reach, ...from];
  const gathered = blocksAt(site, site.reshaped(padded, [maps * cells, block]), {
    what: `windows ${geometry}`,
    outer: reach[0] * reach[1],
    maps: { count: maps, apart: cells },
    cells: tiles,
    at: (place, tile) => {
      const row = Math.floor(tile / right.count) * down.by.results + Math.floor(place / reach[1]) + from[0];
      const column = (tile % right.count) * right.by.results + (place % reach[1]) + from[1];
      const isInside = row >= 0 && row < height && column >= 0 && column < width;
      return isInside ? row * width + column : height * width;
    },
  });
  return site.reshaped(gathered, [reach[0] * reach[1], maps * tiles * block]);
}

type Filters = readonly (readonly number[])[];

/** The tiles of a map at all points: [points, C, T]. `filters` are rows of B', or of A for gradients. */
function intoTiles(
  site: BlockedSite,
  buffer: RowBuffer,
  tiles: readonly [Tiling, Tiling],
  filters: readonly [Filters, Filters],
  from: Pair,
): string {
  const { writer } = site;
  const reach = [filters[0][0]?.length ?? 0, filters[1][0]?.length ?? 0] as const;
  const matrix = writer.floats(bothAxes(...filters), [pointsOf(tiles), reach[0] * reach[1]]);
  const made = writer.one("MatMul", [matrix, windowsOf(site, buffer, tiles, { reach, from })]);
  const { channels, batch } = buffer.shape;
  return site.reshaped(made, [pointsOf(tiles), channels, batch * tiles[0].count * tiles[1].count]);
}

/** The inverse: [points, C, T] to a map of this shape. */
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

/** The weight [O, I, 3, 3] at all points, [points, O, I]. */
function filtersAtPoints(
  site: BlockedSite,
  weight: ValueId,
  layout: readonly [readonly number[], readonly number[]],
  tiles: readonly [Tiling, Tiling],
): string {
  const { writer } = site;
  const [filters = 1, inputs = 1, height = 3, width = 3] = site.sizesOf(weight);
  const flat = site.reshaped(site.inLayout(weight, layout), [filters * inputs, height * width]);
  const matrix = writer.floats(bothAxes(tiles[0].by.filter, tiles[1].by.filter), [pointsOf(tiles), height * width]);
  return site.reshaped(writer.one("Gemm", [matrix, flat], { transB: 1 }), [pointsOf(tiles), filters, inputs]);
}

/** A of a filter, [points, points]: its columns start at `before`, with zeros around them. */
const amid = ({ input, output, results }: MinimalFilter, before: number): Filters =>
  transposed(output).map((row) => [
    ...new Array<number>(before).fill(0),
    ...row,
    ...new Array<number>(input.length - results - before).fill(0),
  ]);

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
  const seen = intoTiles(site, buffer, tiles, inputFilters(tiles), [-padding[0], -padding[1]]);
  const products = writer.one("MatMul", [filtersAtPoints(site, weight, [rows, order], tiles), seen]);
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

/** A convolution of the gradient with the flipped filters (as in the forward pass), over the kernel's reach more cells at each side. */
export const winogradInputGradient: Lowering = (site, node, fallback) => {
  const [weight, g] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const shape = site.shapeFor(output);
  const found = winogradOf(site, node, site.sizesOf(weight), [shape.height, shape.width], shape.batch);
  if (found === undefined) return fallback();
  const { tiles, padding } = found;
  const { buffer, order } = site.together(g);
  const wished = site.orderLike(site.neighbours.inputBehind(g), output);
  const back = [turnedTiling(tiles[0]), turnedTiling(tiles[1])] as const;
  const seen = intoTiles(site, buffer, back, inputFilters(back), [padding[0] - 2, padding[1] - 2]);
  const filters = filtersAtPoints(site, weight, [order, wished], tiles);
  const products = site.writer.one(`${microsoftDomain}:FusedMatMul`, [filters, seen], { transA: 1 });
  site.setOrdered(output, { buffer: outOfTiles(site, products, shape, back), order: wished });
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
  const seen = intoTiles(site, buffer, tiles, inputFilters(tiles), [-padding[0], -padding[1]]);
  const [down, right] = tiles;
  // Embedded in the cells that the input gradient reads, which are as many as a tile of the input has.
  const spread = [amid(down.by, 2 - padding[0]), amid(right.by, 2 - padding[1])] as const;
  const across = intoTiles(site, gradient.buffer, tiles, spread, [padding[0] - 2, padding[1] - 2]);
  const [filters = 1, inputs = 1, ...kernel] = sizes;
  const products = writer.one(`${microsoftDomain}:FusedMatMul`, [across, seen], { transB: 1 });
  const taps = (kernel[0] as number) * (kernel[1] as number);
  const matrix = writer.floats(bothAxes(down.by.filter, right.by.filter), [pointsOf(tiles), taps]);
  const flat = site.reshaped(products, [pointsOf(tiles), filters * inputs]);
  const made = writer.one("Gemm", [flat, matrix], { transA: 1 });
  site.setLaid(output, site.reshaped(made, sizes), [gradient.order, order]);
  return true;
};
