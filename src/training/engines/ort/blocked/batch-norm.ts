import type { Node, ValueId } from "../../../../ir/graph.js";
import { microsoftDomain, nchwcDomain } from "../model-writer.js";
import { type BufferShape, cellsOf, type RowBuffer } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

/** Maps from this size on are normalised by kernels of many threads, smaller ones by one node of one thread. */
const fromBytes = 1 << 19;

/** Below so many cells a channel, sums of squares lose too many digits to be worth a thought. */
const fromCells = 512;

/**
 * The variance as mean of squares less square of mean is as good as its mean is small beside its deviation: 2e-4 off where
 * they are 1 to 10. What a convolution without bias gives is no further off its zero than that; a raw picture may be.
 */
export const isCentred = (site: BlockedSite, x: ValueId): boolean => {
  const maker = site.makerOf(x);
  return maker?.op === "conv2d" && maker.inputs.length === 2;
};

export const isLarge = (shape: BufferShape): boolean =>
  cellsOf(shape) >= fromCells && 4 * shape.channels * cellsOf(shape) >= fromBytes;

/** What follows a batch norm and nothing else reads: done by the same kernel, in the same pass. */
function activationOf(site: BlockedSite, output: ValueId) {
  const reader = site.onlyReader(output);
  if (reader?.op === "relu") return { node: reader, attributes: { activation: "Relu" } };
  return undefined;
}

/** A number for each channel in every lane of its block, as a 1x1 filter or (`flat`) a bias of {@link affine}. */
export function inLanes(site: BlockedSite, vector: string, { channels, block }: BufferShape, flat = false): string {
  const { writer } = site;
  const indices = Array.from({ length: channels * block }, (_, lane) => Math.floor(lane / block));
  const list = writer.int64s(indices);
  return writer.one("Gather", [vector, flat ? list : writer.reshape(list, [channels * block, 1, 1, 1])], { axis: 0 });
}

/** x * scale, + level and + sum where they are given: a 1x1 depthwise convolution. */
export function affine(
  site: BlockedSite,
  x: RowBuffer,
  { scale, level = "", sum }: { readonly scale: string; readonly level?: string; readonly sum?: string },
  activation: Readonly<Record<string, string>> = {},
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
  const [output, mean, variance] = node.outputs as readonly [ValueId, ValueId, ValueId];
  if (!site.canBeRows(x) || !isLarge(site.shapeFor(x)) || !isCentred(site, x)) return fallback();
  const { writer } = site;
  const { buffer, order } = site.together(x);
  const { means, variances } = statisticsByProducts(site, buffer);
  const inverse = inverseDeviation(site, node, variances);
  const k = writer.one("Mul", [site.inLayout(weight, [order]), inverse]);
  const level = writer.one("Sub", [site.inLayout(bias, [order]), writer.one("Mul", [k, means])]);
  const activation = activationOf(site, output);
  const filters = { scale: inLanes(site, k, buffer.shape), level: inLanes(site, level, buffer.shape, true) };
  const name = affine(site, buffer, filters, activation?.attributes);
  const made = site.buffer(site.shapeFor(output), name, "lanes", buffer.origins);
  site.setOrdered(activation?.node.outputs[0] ?? output, { buffer: made, order });
  if (activation !== undefined) site.absorbed.add(activation.node);
  site.setLaid(mean, means, [order]);
  site.setLaid(variance, variances, [order]);
  site.remember("inverse deviation", variance, inverse);
  return true;
};

export function inverseDeviation(site: BlockedSite, node: Node, variance: string): string {
  const { writer } = site;
  const shifted = writer.one("Add", [variance, writer.floats(node.attributes.epsilon as number)]);
  return writer.one("Reciprocal", [writer.one("Sqrt", [shifted])]);
}

/** BatchNormalization in training mode: one node for all. Momentum 0 makes its "running" results the batch's. */
export const batchNormTraining: Lowering = (site, node) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId];
  const [output, mean, variance] = node.outputs as readonly [ValueId, ValueId, ValueId];
  if (!site.canBeRows(x)) return false;
  const { buffer, order } = site.together(x);
  const vectors = [weight, bias].map((value) => site.inLayout(value, [order]));
  const [y = "", batchMean = "", batchVariance = ""] = site.writer.node(
    "BatchNormalization",
    [buffer.as("sequence"), ...vectors, ...ownVectors(site, node)],
    { epsilon: { float: node.attributes.epsilon as number }, momentum: { float: 0 }, training_mode: 1 },
    3,
  );
  site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), y, "sequence", buffer.origins), order });
  site.setLaid(mean, batchMean, [order]);
  site.setLaid(variance, batchVariance, [order]);
  return true;
};

/**
 * Two vectors that share memory with nothing: ONNX Runtime writes a batch norm's statistics over its inputs 3 and 4, be
 * they constants or what the caller gave. Each node makes its own (the same node written twice would be one).
 */
function ownVectors(site: BlockedSite, node: Node): readonly string[] {
  const { writer } = site;
  const channels = site.sizesOf(node.inputs[0] as ValueId)[1] as number;
  const zeros = [`zeros of %${node.outputs[1]}`, `zeros of %${node.outputs[2]}`];
  for (const name of zeros) writer.node("Expand", [writer.floats([0]), writer.int64s([channels])], {}, [name]);
  return zeros;
}

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
  const [w, mu, sigma] = [weight, mean, variance].map((value) => site.inLayout(value, [order])) as [
    string,
    string,
    string,
  ];
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
