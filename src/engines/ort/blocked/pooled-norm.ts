/*
 * The stem of many networks: convolution (of an input that needs no gradient), batch norm, relu, max pool. If a norm's scale is
 * positive, then scaling, shifting and relu keep the order of numbers, so they may follow the pool, on a quarter of the cells.
 * For channels with a negative scale, the signs of the filter and of the scale are flipped. In the gradient too, the norm's sums
 * are over the pool's result. Only one pass over the whole map is left, in the four phases of the pool's gradient. The
 * convolution's columns are recomputed in those phases, so they need no memory in between.
 *
 * A scale of exactly 0 makes all cells of a window equal; then the maximum of the convolution is used in place of the first cell.
 */
import type { Node, ValueId } from "../../../ir/graph.js";
import type { Pair } from "../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import { affine, dot, inLanes, inverseDeviation, isCentred, statisticsByProducts } from "./batch-norm.js";
import { type BufferShape, cellsOf, type RowBuffer } from "./buffer.js";
import { columnsOf } from "./columns.js";
import { windowOf } from "./convolution-geometry.js";
import { isHalving, phasesOfGradient, pooledTwice } from "./first-maxima.js";
import type { Lowering } from "./lowering.js";
import { productOfRows } from "./products.js";
import type { BlockedSite } from "./site.js";

/** The nodes of the pattern, forward and backward. */
interface PooledNorm {
  readonly convolution: Node;
  readonly norm: Node;
  readonly relu: Node;
  readonly pool: Node;
  readonly inside: Node;
  readonly poolGradient: Node;
  readonly product: Node;
  readonly normGradient: Node;
  readonly weightGradient: Node;
}

const first = (nodes: readonly Node[], op: string): Node | undefined => nodes.find((node) => node.op === op);

const sameNumbers = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The pattern around a convolution's result, if it is complete and nothing else reads its inner values. */
function patternOf(site: BlockedSite, z: ValueId): PooledNorm | undefined {
  const convolution = site.neighbours.makerOf(z);
  const readers = site.neighbours.readersOf(z);
  const [norm, normGradient] = [first(readers, "batch_norm_training"), first(readers, "batch_norm_gradient")];
  if (convolution === undefined || norm === undefined || normGradient === undefined || readers.length !== 2) return;
  if (!site.canBeRows(z) || !isCentred(site, z)) return;
  const relu = site.neighbours.onlyReader(norm.outputs[0] as ValueId);
  if (relu?.op !== "relu") return;
  const after = site.neighbours.readersOf(relu.outputs[0] as ValueId);
  const [pool, inside] = [first(after, "max_pool"), first(after, "inside")];
  const poolGradient = first(after, "max_pool_input_gradient");
  if (pool === undefined || inside === undefined || poolGradient === undefined || after.length !== 3) return;
  if (!isHalving(pool.attributes as unknown as Parameters<typeof isHalving>[0], site.shapeFor(z))) return;
  const { low, high, closed } = inside.attributes;
  if (low !== 0 || high !== Number.POSITIVE_INFINITY || closed === true) return;
  const product = site.neighbours.onlyReader(poolGradient.outputs[0] as ValueId);
  if (product?.op !== "mul" || site.neighbours.onlyReader(inside.outputs[0] as ValueId) !== product) return;
  if (site.neighbours.onlyReader(product.outputs[0] as ValueId) !== normGradient) return;
  const weightGradient = site.neighbours.onlyReader(normGradient.outputs[0] as ValueId);
  if (weightGradient?.op !== "conv2d_weight_gradient" || convolution.attributes.groups !== 1) return;
  const isWhole =
    normGradient.inputs[0] === z &&
    normGradient.inputs[4] === product.outputs[0] &&
    poolGradient.inputs[0] === relu.outputs[0] &&
    poolGradient.inputs[1] === pool.outputs[0] &&
    weightGradient.inputs[0] === convolution.inputs[0] &&
    sameNumbers(poolGradient.attributes, pool.attributes) &&
    sameNumbers(windowOf(weightGradient.attributes), windowOf(convolution.attributes));
  if (!isWhole) return;
  return { convolution, norm, relu, pool, inside, poolGradient, product, normGradient, weightGradient };
}

/** For a convolution before such a norm: 1 or -1 for each row of its result, so that the norm's scale becomes positive. */
export function signsBehind(site: BlockedSite, z: ValueId, order: readonly number[]): string | undefined {
  const pattern = patternOf(site, z);
  if (pattern === undefined) return undefined;
  const { writer } = site;
  const scale = site.inLayout(pattern.norm.inputs[1] as ValueId, [order]);
  const isBelow = writer.one("Less", [scale, writer.floats(0)]);
  const signs = writer.one("Where", [isBelow, writer.floats(-1), writer.floats(1)]);
  site.shared.signs.set(z, signs);
  return signs;
}

export const batchNormBeforePool: Lowering = (site, node, fallback) => {
  const [z, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId];
  const [, mean, variance] = node.outputs as readonly [ValueId, ValueId, ValueId];
  const signs = site.shared.signs.get(z);
  const pattern = signs === undefined ? undefined : patternOf(site, z);
  if (signs === undefined || pattern === undefined) return fallback();
  const { writer } = site;
  const { buffer, order } = site.together(z);
  const { means, variances } = statisticsByProducts(site, buffer);
  const inverse = inverseDeviation(site, node, variances);
  const scale = writer.one("Mul", [site.inLayout(weight, [order]), signs]);
  const k = writer.one("Mul", [scale, inverse]);
  const level = writer.one("Sub", [site.inLayout(bias, [order]), writer.one("Mul", [k, means])]);
  const pooledTo = pattern.pool.outputs[0] as ValueId;
  const shape = site.shapeFor(pooledTo);
  const { rowMaxima, pooled } = pooledTwice(site, buffer);
  const maxima = site.buffer(shape, pooled, "maps");
  const filters = { scale: inLanes(site, k, shape), level: inLanes(site, level, shape, true) };
  const made = affine(site, maxima, filters, { activation: "Relu" });
  site.setOrdered(pooledTo, { buffer: site.buffer(shape, made, "lanes", buffer.origins), order });
  site.setLaid(mean, writer.one("Mul", [means, signs]), [order]);
  site.setLaid(variance, variances, [order]);
  site.shared.pooledNorms.set(z, { means, inverse, k, rowMaxima, pooled });
  for (const other of [pattern.relu, pattern.pool, pattern.inside, pattern.poolGradient, pattern.product]) {
    site.shared.absorbed.add(other);
  }
  return true;
};

export const batchNormBeforePoolGradient: Lowering = (site, node, fallback) => {
  const z = node.inputs[0] as ValueId;
  const [known, signs] = [site.shared.pooledNorms.get(z), site.shared.signs.get(z)];
  const pattern = known === undefined ? undefined : patternOf(site, z);
  if (known === undefined || signs === undefined || pattern === undefined) return fallback();
  const { means, inverse, k, rowMaxima, pooled } = known;
  const { writer } = site;
  const [, forWeight, forBias] = node.outputs as readonly [ValueId, ValueId, ValueId];
  const { buffer: input, order } = site.together(z);
  const pooledTo = pattern.pool.outputs[0] as ValueId;
  const shape = site.shapeFor(pooledTo);
  const given = site.inOrder(pattern.poolGradient.inputs[2] as ValueId, order).as("cells");
  const passes = writer.one("HardSigmoid", [site.inOrder(pooledTo, order).as("cells")], {
    alpha: { float: 1e30 },
    beta: { float: 0 },
  });
  const gradient = site.buffer(shape, writer.one("Mul", [given, passes]), "cells");
  const maxima = site.buffer(shape, pooled, "maps");
  const mul = (a: string, b: string): string => writer.one("Mul", [a, b]);
  const sub = (a: string, b: string): string => writer.one("Sub", [a, b]);
  const db = writer.one("ReduceSum", [gradient.as("cells"), writer.int64s([1])], { keepdims: 0 });
  const dw = mul(inverse, sub(dot(site, gradient, maxima), mul(means, db)));
  const perCell = mul(k, writer.floats(-1 / cellsOf(input.shape)));
  const c = mul(mul(perCell, inverse), dw);
  const d = sub(mul(perCell, db), mul(c, means));
  const phases = phasesOfGradient(site, {
    input,
    rowMaxima,
    pooled,
    gradient: gradient.as("maps"),
  });
  const { kernel, result } = sizesOfConvolution(site, pattern);
  const products = phases.flatMap((row, i) =>
    row.map((phase, j) => {
      const from: Pair = [i, j];
      const sum = phaseOfAffine(site, input, { scale: c, level: inLanes(site, d, shape, true) }, from);
      const own = affine(site, site.buffer(shape, phase, "maps"), { scale: inLanes(site, k, shape), sum });
      const { columns, order: seen } = columnsOf(site, pattern.convolution.inputs[0] as ValueId, {
        kernel,
        window: windowOf(pattern.convolution.attributes),
        result,
        part: { from, step: [2, 2] },
      });
      const across = [order.length, seen.length * kernel[0] * kernel[1]] as const;
      const product = productOfRows(site, [site.buffer(shape, own, "lanes").as("cells"), columns], across);
      return { product, seen };
    }),
  );
  const total = writer.one(
    "Sum",
    products.map(({ product }) => product),
  );
  const turned = mul(total, site.reshaped(signs, [order.length, 1]));
  const output = pattern.weightGradient.outputs[0] as ValueId;
  site.setLaid(output, site.reshaped(turned, site.sizesOf(output)), [order, products[0]?.seen ?? []]);
  site.setLaid(forWeight, mul(dw, signs), [order]);
  site.setLaid(forBias, db, [order]);
  site.shared.absorbed.add(pattern.weightGradient);
  return true;
};

function sizesOfConvolution(site: BlockedSite, { convolution }: PooledNorm) {
  const kernel = site.sizesOf(convolution.inputs[1] as ValueId).slice(2) as unknown as Pair;
  const result = site.sizesOf(convolution.outputs[0] as ValueId).slice(2) as unknown as Pair;
  return { kernel, result };
}

/** Every second row and column of a map, starting at an offset, times a number per channel plus another. */
function phaseOfAffine(
  site: BlockedSite,
  map: RowBuffer,
  { scale, level }: { readonly scale: string; readonly level: string },
  [down, right]: Pair,
): string {
  const { writer } = site;
  const { channels, block }: BufferShape = map.shape;
  const taps = (down + 1) * (right + 1);
  const place = Array.from({ length: taps * block }, (_, i) => (i >= (taps - 1) * block ? 1 : 0));
  const filter = writer.one("Mul", [site.reshaped(scale, [channels, 1, 1]), writer.floats(place, [1, taps, block])]);
  const inputs = [map.as("lanes"), site.reshaped(filter, [channels * block, 1, down + 1, right + 1]), level];
  return writer.one(`${nchwcDomain}:Conv`, inputs, {
    group: channels * block,
    kernel_shape: [down + 1, right + 1],
    pads: [0, 0, 0, 0],
    strides: [2, 2],
    dilations: [1, 1],
  });
}
