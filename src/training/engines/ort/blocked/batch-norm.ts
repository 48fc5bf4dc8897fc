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
  const vectors = [weight, bias].map((value) => site.picked(site.plain(value), order));
  const [y = "", batchMean = "", batchVariance = ""] = site.writer.node(
    "BatchNormalization",
    [buffer.as("sequence"), ...vectors, ...buffers],
    { epsilon: { float: node.attributes.epsilon as number }, momentum: { float: 0 }, training_mode: 1 },
    3,
  );
  site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), y, "sequence", buffer.origins), order });
  site.setPlain(mean, site.putBack(batchMean, order));
  site.setPlain(variance, site.putBack(batchVariance, order));
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
  const { channels } = input.shape;
  const count = writer.floats(1 / cellsOf(input.shape));
  const [w, mu, sigma] = [weight, mean, variance].map((value) => site.picked(site.plain(value), order));
  const add = (a: string, b: string): string => writer.one("Add", [a, b]);
  const mul = (a: string, b: string): string => writer.one("Mul", [a, b]);
  const sub = (a: string, b: string): string => writer.one("Sub", [a, b]);
  const deviation = writer.one("Sqrt", [add(sigma as string, writer.floats(node.attributes.epsilon as number))]);
  const inverse = writer.one("Reciprocal", [deviation]);
  const db = writer.one("ReduceSum", [gradient.as("cells"), writer.int64s([1])], { keepdims: 0 });
  const rowVectors = [channels, 1, cellsOf(input.shape)];
  const product = writer.one(
    `${microsoftDomain}:FusedMatMul`,
    [gradient.reshaped(rowVectors), input.reshaped(rowVectors)],
    {
      transB: 1,
    },
  );
  const dot = site.reshaped(product, [channels]);
  const dw = mul(inverse, sub(dot, mul(mu as string, db)));
  const k = mul(w as string, inverse);
  const perCell = mul(k, count);
  const slope = mul(mul(perCell, inverse), dw);
  // -c and -d: one negation less each, the subtraction is the affine step's.
  const level = sub(mul(perCell, db), mul(slope, mu as string));
  const name = affine(site, { x: input.as("maps"), g: gradient.as("maps"), k, slope, level }, input.shape);
  site.setOrdered(forX, { buffer: site.buffer(input.shape, name, "maps", input.origins), order });
  site.setPlain(forWeight, site.putBack(dw, order));
  site.setPlain(forBias, site.putBack(db, order));
  return true;
};

/** k g - slope x - level, each channel with its own numbers: two 1x1 depthwise convolutions, the second adding the first. */
function affine(
  site: BlockedSite,
  v: { readonly x: string; readonly g: string; readonly k: string; readonly slope: string; readonly level: string },
  { channels, batch }: { readonly channels: number; readonly batch: number },
): string {
  const { writer } = site;
  const negative = writer.one("Neg", [writer.one("Concat", [v.slope, v.level], { axis: 0 })]);
  const all = site.reshaped(writer.one("Concat", [v.k, negative], { axis: 0 }), [3, channels, 1]);
  const spread = writer.one("Expand", [all, writer.int64s([3, channels, batch])]);
  const maps = channels * batch;
  const [k = "", c = "", d = ""] = writer.node("Split", [spread, writer.int64s([1, 1, 1])], { axis: 0 }, 3);
  const filter = (name: string): string => site.reshaped(name, [maps, 1, 1, 1]);
  const attributes = { group: maps, kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1], dilations: [1, 1] };
  const convolve = (inputs: readonly string[]): string => writer.one(`${nchwcDomain}:Conv`, inputs, attributes);
  const first = convolve([v.x, filter(c), site.reshaped(d, [maps])]);
  return convolve([v.g, filter(k), "", first]);
}
