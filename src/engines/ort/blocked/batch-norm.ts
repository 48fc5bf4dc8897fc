import type { Node, ValueId } from "../../../ir/graph.js";
import type { OnnxAttribute } from "../../../ops/contracts.js";
import { microsoftDomain, nchwcDomain } from "../model-writer.js";
import { type BufferShape, cellsOf, type RowBuffer } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import { activationAttributes, isConvolutionWithoutBias } from "./neighbour-ops.js";
import type { BlockedSite } from "./site.js";

/** For smaller maps, the additional small nodes of statistics by products do not pay. */
const fromBytes = 1 << 21;

/** With fewer cells per channel, sums of squares lose too many digits. */
const fromCells = 512;

/**
 * The variance as mean of squares minus squared mean is inaccurate if the mean is large compared to the deviation: the error is 2e-4
 * at a ratio of 10 to 1. Results of a convolution without bias stay below that; a raw picture may not.
 */
export const isCentred = (site: BlockedSite, x: ValueId): boolean => {
  return isConvolutionWithoutBias(site.neighbours.makerOf(x)) && cellsOf(site.shapeFor(x)) >= fromCells;
};

const isLarge = (shape: BufferShape): boolean => 4 * shape.channels * cellsOf(shape) >= fromBytes;

/** Whether a norm computes its statistics by products. */
export const byProducts = (site: BlockedSite, x: ValueId): boolean => isLarge(site.shapeFor(x)) && isCentred(site, x);

interface Activation {
  readonly node: Node;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** The activation that alone reads a batch norm's result: the same kernel computes it in the same pass. */
export function activationOf(site: BlockedSite, output: ValueId): Activation | undefined {
  const reader = site.neighbours.onlyReader(output);
  const attributes = reader && activationAttributes(reader);
  return attributes && { node: reader, attributes };
}

/** A number per channel repeated in every lane of its block, as a 1x1 filter or (`flat`) as the bias of {@link affine}. */
export function inLanes(site: BlockedSite, vector: string, { channels, block }: BufferShape, flat = false): string {
  const { writer } = site;
  const list = lanes(site, channels, block);
  return writer.one("Gather", [vector, flat ? list : writer.reshape(list, [channels * block, 1, 1, 1])], { axis: 0 });
}

/** x * scale, plus bias and sum if given: a 1x1 depthwise convolution. */
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

/** The product of two maps row by row, [C]. The factor alpha would be free, but takes a code path that is eight times slower. */
export function dot(site: BlockedSite, a: RowBuffer, b: RowBuffer): string {
  const product = site.writer.one(`${microsoftDomain}:FusedMatMul`, [a.as("vectors"), b.as("vectors")], { transB: 1 });
  return site.reshaped(product, [a.shape.channels]);
}

/** Mean and variance of each row by a sum and a product, both with many threads. */
export function statisticsByProducts(site: BlockedSite, buffer: RowBuffer) {
  const { writer } = site;
  const means = writer.one("ReduceMean", [buffer.as("cells"), writer.int64s([1])], { keepdims: 0 });
  const squares = writer.one("Mul", [dot(site, buffer, buffer), writer.floats(1 / cellsOf(buffer.shape))]);
  const spread = writer.one("Sub", [squares, writer.one("Mul", [means, means])]);
  // Rounding may make it negative.
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
  if (activation !== undefined) site.shared.absorbed.add(activation.node);
  return true;
};

export interface Statistics {
  readonly order: readonly number[];
  /** The map itself, or (no `means`) normalised. */
  readonly map: RowBuffer;
  /** The inverse deviation, [C]. */
  readonly inverse: string;
  readonly means: string | undefined;
  /** As columns if the map was normalised: means and inverse deviations. */
  readonly columns: readonly [means: string, inverse: string] | undefined;
  readonly variances: string | undefined;
}

/** A norm's statistics, computed in the way that suits its input. */
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

/** Passes mean and variance of a norm's input to their readers. */
export function publishStatistics(site: BlockedSite, node: Node, found: Statistics): void {
  const [, mean, variance] = node.outputs as readonly [ValueId, ValueId, ValueId];
  const { writer } = site;
  const { order, inverse, means, variances, columns } = found;
  // The constant that a folded norm before the convolution left out.
  const offset = site.shared.offsets.get(node.inputs[0] as ValueId);
  const whole = (name: string, sizes: readonly number[]): string =>
    offset === undefined ? name : writer.one("Add", [name, site.reshaped(offset, sizes)]);
  if (columns === undefined) {
    site.setLaid(mean, whole(means ?? "", [order.length]), [order]);
    site.setLaid(variance, variances ?? "", [order]);
    site.shared.inverseDeviations.set(variance, inverse);
    site.shared.ownMeans.set(mean, means ?? "");
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
  const mu = site.shared.ownMeans.get(mean) ?? whole;
  const mul = (a: string, b: string): string => writer.one("Mul", [a, b]);
  const sub = (a: string, b: string): string => writer.one("Sub", [a, b]);
  const inverse = site.shared.inverseDeviations.get(variance) ?? inverseDeviation(site, node, sigma);
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
