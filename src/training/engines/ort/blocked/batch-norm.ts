import type { ValueId } from "../../../../ir/graph.js";
import { microsoftDomain, nchwcDomain } from "../model-writer.js";
import { cellsOf } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

/** BatchNormalization in training mode: one pass for both statistics. Momentum 0 makes its "running" results the batch's. */
export const batchNormTraining: Lowering = (site, node) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId];
  const [output, mean, variance] = node.outputs as readonly [ValueId, ValueId, ValueId];
  const buffers = site.statistics.get(node);
  if (!site.canBeRows(x) || buffers === undefined) return false;
  const { buffer, order } = site.together(x);
  const vectors = [weight, bias].map((value) => site.inLayout(value, [order]));
  const [y = "", batchMean = "", batchVariance = ""] = site.writer.node(
    "BatchNormalization",
    [buffer.as("sequence"), ...vectors, ...buffers],
    { epsilon: { float: node.attributes.epsilon as number }, momentum: { float: 0 }, training_mode: 1 },
    3,
  );
  site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), y, "sequence", buffer.origins), order });
  site.setLaid(mean, batchMean, [order]);
  site.setLaid(variance, batchVariance, [order]);
  return true;
};

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
  const { channels, batch } = input.shape;
  const [w, mu, sigma] = [weight, mean, variance].map((value) => site.inLayout(value, [order]));
  const add = (a: string, b: string): string => writer.one("Add", [a, b]);
  const mul = (a: string, b: string): string => writer.one("Mul", [a, b]);
  const sub = (a: string, b: string): string => writer.one("Sub", [a, b]);
  const shifted = add(sigma as string, writer.floats(node.attributes.epsilon as number));
  const inverse = writer.one("Pow", [shifted, writer.floats(-0.5)]);
  const rowVectors = [channels, 1, cellsOf(input.shape)];
  const [across, along] = [gradient.reshaped(rowVectors), input.reshaped(rowVectors)];
  const db = writer.one("ReduceSum", [across, writer.int64s([1, 2])], { keepdims: 0 });
  const product = writer.one(`${microsoftDomain}:FusedMatMul`, [across, along], { transB: 1 });
  const dw = mul(inverse, sub(site.reshaped(product, [channels]), mul(mu as string, db)));
  const k = mul(w as string, inverse);
  const perCell = mul(k, writer.floats(-1 / cellsOf(input.shape)));
  const c = mul(mul(perCell, inverse), dw);
  const d = sub(mul(perCell, db), mul(c, mu as string));
  // Two 1x1 depthwise convolutions over the maps of all samples, the second adding the first.
  const maps = channels * batch;
  const attributes = { group: maps, kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1], dilations: [1, 1] };
  const filter = (vector: string): string => site.reshaped(perSample(site, vector, channels, batch), [maps, 1, 1, 1]);
  const level = site.reshaped(perSample(site, d, channels, batch), [maps]);
  const convolve = (inputs: readonly string[]): string => writer.one(`${nchwcDomain}:Conv`, inputs, attributes);
  const name = convolve([gradient.as("maps"), filter(k), "", convolve([input.as("maps"), filter(c), level])]);
  site.setOrdered(forX, { buffer: site.buffer(input.shape, name, "maps", input.origins), order });
  site.setLaid(forWeight, dw, [order]);
  site.setLaid(forBias, db, [order]);
  return true;
};

/** One number for each channel, repeated for every sample: [channels, batch]. */
function perSample(site: BlockedSite, vector: string, channels: number, batch: number): string {
  return site.writer.one("Expand", [site.reshaped(vector, [channels, 1]), site.writer.int64s([channels, batch])]);
}
