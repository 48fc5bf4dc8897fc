import type { Node, ValueId } from "../../../../ir/graph.js";
import type { OnnxAttribute } from "../../../../ops/contracts.js";
import { microsoftDomain, nchwcDomain } from "../model-writer.js";
import { type BufferShape, cellsOf, naturalOrder, type RowBuffer, sameOrder } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

/** Maps from this size on are worth the small nodes that statistics by products take. */
const fromBytes = 1 << 21;

/** Below so many cells a channel, sums of squares lose too many digits to be worth a thought. */
const fromCells = 512;

/**
 * The variance as mean of squares less square of mean is as good as its mean is small beside its deviation: 2e-4 off where
 * they are 10 to 1. What a convolution without bias gives is no further off its zero than that; a raw picture may be.
 */
export const isCentred = (site: BlockedSite, x: ValueId): boolean => {
  const maker = site.makerOf(x);
  return maker?.op === "conv2d" && maker.inputs.length === 2 && cellsOf(site.shapeFor(x)) >= fromCells;
};

const isLarge = (shape: BufferShape): boolean => 4 * shape.channels * cellsOf(shape) >= fromBytes;

const byProducts = (site: BlockedSite, x: ValueId): boolean => isLarge(site.shapeFor(x)) && isCentred(site, x);

interface Activation {
  readonly node: Node;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** What follows a batch norm and nothing else reads: done by the same kernel, in the same pass. */
function activationOf(site: BlockedSite, output: ValueId): Activation | undefined {
  const reader = site.onlyReader(output);
  if (reader?.op === "relu") return { node: reader, attributes: { activation: "Relu" } };
  if (reader?.op !== "relu6") return undefined;
  return { node: reader, attributes: { activation: "Clip", activation_params: { floats: [0, 6] } } };
}

/** A number for each channel in every lane of its block, as a 1x1 filter or (`flat`) a bias of {@link affine}. */
export function inLanes(site: BlockedSite, vector: string, { channels, block }: BufferShape, flat = false): string {
  const { writer } = site;
  const list = lanes(site, channels, block);
  return writer.one("Gather", [vector, flat ? list : writer.reshape(list, [channels * block, 1, 1, 1])], { axis: 0 });
}

/** x * scale, + level and + sum where they are given: a 1x1 depthwise convolution. */
export function affine(
  site: BlockedSite,
  x: RowBuffer,
  { scale, level = "", sum }: { readonly scale: string; readonly level?: string; readonly sum?: string },
  activation: Readonly<Record<string, OnnxAttribute>> = {},
): string {
  const inputs = [x.as("lanes"), scale, ...(sum === undefined ? (level === "" ? [] : [level]) : [level, sum])];
  return site.writer.one(`${nchwcDomain}:Conv`, inputs, {
    group: x.shape.channels * x.shape.block,
    kernel_shape: [1, 1],
    pads: [0, 0, 0, 0],
    strides: [1, 1],
    dilations: [1, 1],
    ...activation,
  });
}

/** The product of two maps row by row, [C]. A factor (alpha) would be free, but takes a path that is eight times slower. */
export function dot(site: BlockedSite, a: RowBuffer, b: RowBuffer): string {
  const product = site.writer.one(`${microsoftDomain}:FusedMatMul`, [a.as("vectors"), b.as("vectors")], { transB: 1 });
  return site.reshaped(product, [a.shape.channels]);
}

/** Mean and variance of each row by a sum and a product: both by many threads. */
export function statisticsByProducts(site: BlockedSite, buffer: RowBuffer) {
  const { writer } = site;
  const means = writer.one("ReduceMean", [buffer.as("cells"), writer.int64s([1])], { keepdims: 0 });
  const squares = writer.one("Mul", [dot(site, buffer, buffer), writer.floats(1 / cellsOf(buffer.shape))]);
  const spread = writer.one("Sub", [squares, writer.one("Mul", [means, means])]);
  // Rounding may leave less than nothing of it.
  return { means, variances: writer.one("Relu", [spread]) };
}

/** Statistics by products, then one pass that scales, shifts and rectifies. */
export const batchNormByProducts: Lowering = (site, node, fallback) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  if (!site.canBeRows(x) || !byProducts(site, x)) return fallback();
  const { writer } = site;
  const { buffer, order } = site.together(x);
  const found = statisticsOf(site, node);
  publishStatistics(site, node, found);
  const k = writer.one("Mul", [site.inLayout(weight, [order]), found.inverse]);
  const level = writer.one("Sub", [site.inLayout(bias, [order]), writer.one("Mul", [k, found.means ?? ""])]);
  const activation = activationOf(site, output);
  const filters = { scale: inLanes(site, k, buffer.shape), level: inLanes(site, level, buffer.shape, true) };
  const name = affine(site, buffer, filters, activation?.attributes);
  const made = site.buffer(site.shapeFor(output), name, "lanes", buffer.origins);
  site.setOrdered(activation?.node.outputs[0] ?? output, { buffer: made, order });
  if (activation !== undefined) site.absorbed.add(activation.node);
  return true;
};

export interface Statistics {
  readonly order: readonly number[];
  /** The map itself, or (no `means`) normalised. */
  readonly map: RowBuffer;
  /** One over the deviation, [C]. */
  readonly inverse: string;
  readonly means: string | undefined;
  /** As columns where the map was normalised: means, and one over deviations. */
  readonly columns: readonly [means: string, inverse: string] | undefined;
  readonly variances: string | undefined;
}

/** A norm's statistics in the way that suits its input. */
export function statisticsOf(site: BlockedSite, node: Node): Statistics {
  const x = node.inputs[0] as ValueId;
  const { writer } = site;
  const { buffer, order } = site.together(x);
  if (byProducts(site, x)) {
    const { means, variances } = statisticsByProducts(site, buffer);
    const inverse = inverseDeviation(site, node, variances);
    return { order, map: buffer, inverse, means, variances, columns: undefined };
  }
  const { shape } = buffer;
  const ones = writer.one("Expand", [writer.floats([1]), writer.int64s([cellsOf(shape)])]);
  const attributes = { axis: -1, epsilon: { float: node.attributes.epsilon as number } };
  const [normal = "", means = "", inverse = ""] = writer.node(
    "LayerNormalization",
    [buffer.as("vectors"), ones],
    attributes,
    3,
  );
  const map = site.buffer(shape, normal, "vectors", buffer.origins);
  const flat = site.reshaped(inverse, [order.length]);
  return { order, map, inverse: flat, means: undefined, variances: undefined, columns: [means, inverse] };
}

/** Gives mean and variance of a norm's input to those who read them. */
export function publishStatistics(site: BlockedSite, node: Node, found: Statistics): void {
  const [, mean, variance] = node.outputs as readonly [ValueId, ValueId, ValueId];
  const { writer } = site;
  const { order, inverse, means, variances, columns } = found;
  // What a folded norm before the convolution left out of its result.
  const offset = site.recall("offset", node.inputs[0] as ValueId);
  const whole = (name: string, sizes: readonly number[]): string =>
    offset === undefined ? name : writer.one("Add", [name, site.reshaped(offset, sizes)]);
  if (columns === undefined) {
    site.setLaid(mean, whole(means ?? "", [order.length]), [order]);
    site.setLaid(variance, variances ?? "", [order]);
    site.remember("inverse deviation", variance, inverse);
    site.remember("own mean", mean, means ?? "");
    return;
  }
  const epsilon = node.attributes.epsilon as number;
  const of = (inverses: string): string => {
    const shifted = writer.one("Reciprocal", [writer.one("Mul", [inverses, inverses])]);
    return writer.one("Sub", [shifted, writer.floats(epsilon)]);
  };
  site.setColumn(mean, { name: whole(columns[0], [order.length, 1, 1]), order });
  site.setColumn(variance, { name: columns[1], order, made: { kind: `variance ${epsilon}`, of } });
}

export function inverseDeviation(site: BlockedSite, node: Node, variance: string): string {
  const { writer } = site;
  const shifted = writer.one("Add", [variance, writer.floats(node.attributes.epsilon as number)]);
  return writer.one("Reciprocal", [writer.one("Sqrt", [shifted])]);
}

/**
 * LayerNormalization of every row: deviations from the mean in units of the standard deviation, by many threads, good at any
 * mean. They are what the way back needs instead of x.
 */
export const batchNormByRows: Lowering = (site, node) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  if (!site.canBeRows(x)) return false;
  const found = statisticsOf(site, node);
  publishStatistics(site, node, found);
  const { order, map, columns } = found;
  const { shape } = map;
  const activation = activationOf(site, output);
  const [scale, level] = [weight, bias].map((value) => {
    const isStoredSo = sameOrder(site.layouts.get(value)?.[0] ?? naturalOrder(order.length), order);
    const ready = isStoredSo ? site.recall("lanes", value) : undefined;
    // Asked for even where it is not read: in which order the slot had best be stored is learnt from it.
    const vector = site.inLayout(value, [order]);
    return ready ?? inLanes(site, vector, shape);
  }) as [string, string];
  const name = affine(site, map, { scale, level }, activation?.attributes);
  const made = site.buffer(site.shapeFor(output), name, "lanes", map.origins);
  site.setOrdered(activation?.node.outputs[0] ?? output, { buffer: made, order });
  if (activation !== undefined) site.absorbed.add(activation.node);
  const [, inverse] = columns ?? ["", ""];
  // By the variance, which is this norm's own: several norms may read one map.
  const variance = node.outputs[2] as ValueId;
  site.remember("normals", variance, map.as("vectors"));
  site.normsByRows.push({ variance, weight, inverse, order, cells: cellsOf(shape) });
  return true;
};

/** What the ways back need of scales and deviations, for all norms by rows at once: k as a filter, -k / M as [C, B, 1]. */
function prepareGradients(site: BlockedSite): void {
  const { writer, block } = site;
  const norms = site.normsByRows.splice(0);
  const counts = norms.map(({ order }) => order.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const inverses = writer.one(
    "Concat",
    norms.map(({ inverse }) => inverse),
    { axis: 0 },
  );
  const scales = writer.one(
    "Concat",
    norms.map(({ weight, order }) => site.inLayout(weight, [order])),
    { axis: 0 },
  );
  const k = writer.one("Mul", [inverses, site.reshaped(scales, [total, 1, 1])]);
  const sizes = norms.map(({ order, cells }) => [order.length, cells] as const);
  const parts = writer.table(`parts ${sizes.join(" ")}`, () =>
    Float32Array.from(sizes.flatMap(([count, cells]) => new Array<number>(count).fill(-1 / cells))),
  );
  const lanes = spreadOver(site, k, [total, block, 1]);
  const perCell = writer.one("Mul", [lanes, site.reshaped(parts, [total, 1, 1])]);
  const split = (all: string, times: number): readonly string[] => {
    const lengths = writer.int64s(counts.map((count) => count * times));
    return norms.length === 1 ? [all] : writer.node("Split", [all, lengths], { axis: 0 }, norms.length);
  };
  const filters = split(site.reshaped(lanes, [total * block, 1, 1, 1]), block);
  const perCells = split(perCell, 1);
  for (const [i, { variance }] of norms.entries()) {
    site.remember("k in lanes", variance, filters[i] as string);
    site.remember("-k / M in lanes", variance, perCells[i] as string);
  }
}

const spreadOver = ({ writer }: BlockedSite, column: string, sizes: readonly number[]): string =>
  writer.one("Expand", [column, writer.int64s(sizes)]);

/** The way back from {@link batchNormByRows}, with z for the normalised x: dx = k (dy - db / M - z dw / M), dw = sum of dy z. */
export const batchNormByRowsGradient: Lowering = (site, node, fallback) => {
  const [x, , , variance, g] = node.inputs as readonly [ValueId, ValueId, ValueId, ValueId, ValueId];
  const [forX, forWeight, forBias] = node.outputs as readonly [ValueId, ValueId, ValueId];
  const normal = site.recall("normals", variance);
  if (normal === undefined) return fallback();
  if (site.recall("k in lanes", variance) === undefined) prepareGradients(site);
  const [scale, perCell] = ["k in lanes", "-k / M in lanes"].map((what) => site.recall(what, variance) ?? "") as [
    string,
    string,
  ];
  const { writer } = site;
  const { buffer: input, order } = site.together(x);
  const { shape } = input;
  const normals = site.buffer(shape, normal, "vectors", input.origins);
  const gradient = site.inOrder(g, order);
  const db = writer.one("ReduceSum", [gradient.as("vectors"), writer.int64s([2])], { keepdims: 1 });
  const dw = writer.one(`${microsoftDomain}:FusedMatMul`, [gradient.as("vectors"), normals.as("vectors")], {
    transB: 1,
  });
  const [c, d] = [dw, db].map((sum) => writer.one("Mul", [perCell, sum])) as [string, string];
  // A bias is read as it lies, a filter has its shape.
  const sum = affine(site, normals, { scale: site.reshaped(c, [shape.channels * shape.block, 1, 1, 1]), level: d });
  const name = affine(site, gradient, { scale, sum });
  site.setOrdered(forX, { buffer: site.buffer(shape, name, "lanes", input.origins), order });
  site.setColumn(forWeight, { name: dw, order });
  site.setColumn(forBias, { name: db, order });
  return true;
};

/**
 * Scales and levels of norms in every lane, as {@link batchNormByRows} reads them, cut from the tensor of state that holds them
 * all: two nodes instead of one for each.
 */
export function prepareLanes(
  site: BlockedSite,
  state: string,
  places: readonly { readonly value: ValueId; readonly offset: number; readonly length: number }[],
): void {
  const read = new Set(
    site.graph.nodes.flatMap(({ op, inputs }) =>
      op === "batch_norm_training" && site.canBeRows(inputs[0] as ValueId) && !byProducts(site, inputs[0] as ValueId)
        ? inputs.slice(1, 3)
        : [],
    ),
  );
  const wanted = places.filter(({ value }) => read.has(value));
  if (wanted.length < 2) return;
  const { writer, block } = site;
  const spans = wanted.map(({ offset, length }) => [offset, length] as const);
  const table = writer.table(`norms of ${state} ${spans.join(" ")}`, () =>
    Int32Array.from(spans.flatMap(([offset, length]) => Array.from({ length }, (_, i) => offset + i))),
  );
  const total = spans.reduce((sum, [, length]) => sum + length, 0);
  const column = writer.one("Gather", [state, writer.reshape(table, [total, 1])], { axis: 0 });
  const spread = site.reshaped(spreadOver(site, column, [total, block]), [total * block, 1, 1, 1]);
  const lengths = writer.int64s(spans.map(([, length]) => length * block));
  const parts = writer.node("Split", [spread, lengths], { axis: 0 }, spans.length);
  for (const [i, { value }] of wanted.entries()) site.remember("lanes", value, parts[i] as string);
}

const lanes = ({ writer }: BlockedSite, channels: number, block: number): string =>
  writer.table(`lanes ${channels} ${block}`, () =>
    Int32Array.from({ length: channels * block }, (_, lane) => Math.floor(lane / block)),
  );

/**
 * With inv = 1 / sqrt(variance + epsilon) and M elements a channel: db = sum of dy, dw = inv (dy . x - mean db),
 * dx = k dy + c x + d where k = w inv, c = -k inv dw / M, d = -k db / M - c mean.
 */
export const batchNormGradient: Lowering = (site, node) => {
  const [x, weight, mean, variance, g] = node.inputs as readonly [ValueId, ValueId, ValueId, ValueId, ValueId];
  const [forX, forWeight, forBias] = node.outputs as readonly [ValueId, ValueId, ValueId];
  if (!site.canBeRows(x)) return false;
  const { writer } = site;
  const { buffer: input, order } = site.together(x);
  const gradient = site.inOrder(g, order);
  const { shape } = input;
  const [w, whole, sigma] = [weight, mean, variance].map((value) => site.inLayout(value, [order])) as [
    string,
    string,
    string,
  ];
  const mu = site.recall("own mean", mean) ?? whole;
  const mul = (a: string, b: string): string => writer.one("Mul", [a, b]);
  const sub = (a: string, b: string): string => writer.one("Sub", [a, b]);
  const inverse = site.recall("inverse deviation", variance) ?? inverseDeviation(site, node, sigma);
  const db = writer.one("ReduceSum", [gradient.as("cells"), writer.int64s([1])], { keepdims: 0 });
  const dw = mul(inverse, sub(dot(site, gradient, input), mul(mu, db)));
  const k = mul(w, inverse);
  const perCell = mul(k, writer.floats(-1 / cellsOf(shape)));
  const c = mul(mul(perCell, inverse), dw);
  const d = sub(mul(perCell, db), mul(c, mu));
  const sum = affine(site, input, { scale: inLanes(site, c, shape), level: inLanes(site, d, shape, true) });
  const name = affine(site, gradient, { scale: inLanes(site, k, shape), sum });
  site.setOrdered(forX, { buffer: site.buffer(shape, name, "lanes", input.origins), order });
  site.setLaid(forWeight, dw, [order]);
  site.setLaid(forBias, db, [order]);
  return true;
};
