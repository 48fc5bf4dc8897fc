/*
 * A batch norm right before a 1x1 convolution that is followed by another batch norm: depthwise, norm, 1x1, norm, as in ShuffleNet
 * and MobileNet. The first norm's result is y = s v + t, where v is its input, or that normalised, and s and t are numbers per
 * channel. Only products of y with the weight W are needed, so y is never computed:
 *   forward  W y = (W s) v + W t; the next norm removes the constant W t again, and its mean includes it;
 *   W's gradient  g y' = (g v') s, since the next norm's gradient g sums to 0 over each channel;
 *   v's gradient  from the same product D = g v': the sum over cells of (W' g) v is the sum over rows of W D; the sum of W' g is 0.
 */
import type { Node, ValueId } from "../../../ir/graph.js";
import { affine, inLanes, publishStatistics, statisticsOf } from "./batch-norm.js";
import { cellsOf } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

interface FoldedNorm {
  readonly convolution: Node;
  readonly weightGradient: Node;
}

const ofOp = (nodes: readonly Node[], op: string): Node | undefined => nodes.find((node) => node.op === op);

const isPointwise = ({ attributes: a }: Node, weight: readonly number[]): boolean =>
  weight[2] === 1 && weight[3] === 1 && a.groups === 1 && [a.stride, a.padding].flat().join() === "1,1,0,0,0,0";

/** The pattern around a norm's result, if it is complete and nothing else reads its inner values. */
function patternOf(site: BlockedSite, norm: Node): FoldedNorm | undefined {
  const [x, y] = [norm.inputs[0] as ValueId, norm.outputs[0] as ValueId];
  const readers = site.neighbours.readersOf(y);
  const convolution = ofOp(readers, "conv2d");
  const weightGradient = ofOp(readers, "conv2d_weight_gradient");
  if (convolution === undefined || weightGradient === undefined || readers.length !== 2) return;
  const [seen, weight] = convolution.inputs as readonly [ValueId, ValueId];
  if (seen !== y || convolution.inputs.length !== 2 || !isPointwise(convolution, site.sizesOf(weight))) return;
  const result = convolution.outputs[0] as ValueId;
  const after = site.neighbours.readersOf(result);
  const [next, nextGradient] = [ofOp(after, "batch_norm_training"), ofOp(after, "batch_norm_gradient")];
  if (next === undefined || nextGradient === undefined || after.length !== 2) return;
  const g = nextGradient.outputs[0] as ValueId;
  const back = site.neighbours.readersOf(g);
  const inputGradient = ofOp(back, "conv2d_input_gradient");
  if (inputGradient === undefined || !back.includes(weightGradient) || back.length !== 2) return;
  const normGradient = site.neighbours.onlyReader(inputGradient.outputs[0] as ValueId);
  const { nodes } = site.graph;
  const isWhole =
    normGradient?.op === "batch_norm_gradient" &&
    normGradient.inputs[0] === x &&
    normGradient.inputs[4] === inputGradient.outputs[0] &&
    nextGradient.inputs[0] === result &&
    inputGradient.inputs[0] === weight &&
    weightGradient.inputs[0] === y &&
    weightGradient.inputs[1] === g &&
    isPointwise(weightGradient, site.sizesOf(weight)) &&
    isPointwise(inputGradient, site.sizesOf(weight)) &&
    nodes.indexOf(weightGradient) < nodes.indexOf(normGradient);
  return isWhole ? { convolution, weightGradient } : undefined;
}

export const foldedBatchNorm: Lowering = (site, node, fallback) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId];
  const y = node.outputs[0] as ValueId;
  const pattern = site.canBeRows(x) ? patternOf(site, node) : undefined;
  if (pattern === undefined) return fallback();
  const { writer } = site;
  const statistics = statisticsOf(site, node);
  const { order, map, means, inverse } = statistics;
  publishStatistics(site, node, statistics);
  const [w, b] = [weight, bias].map((value) => site.inLayout(value, [order])) as [string, string];
  const k = writer.one("Mul", [w, inverse]);
  // The map is x itself, or x already normalised.
  const isRaw = means !== undefined;
  const level = isRaw ? writer.one("Sub", [b, writer.one("Mul", [k, means])]) : b;
  site.setOrdered(y, { buffer: map, order });
  site.shared.folded.set(y, { scale: isRaw ? k : w, level });
  site.shared.foldedInputs.set(x, { y, weight: pattern.convolution.inputs[1] as ValueId, map, k, inverse, means });
  return true;
};

export const foldedBatchNormGradient: Lowering = (site, node, fallback) => {
  const [x, , , , g] = node.inputs as readonly [ValueId, ValueId, ValueId, ValueId, ValueId];
  const [forX, forWeight, forBias] = node.outputs as readonly [ValueId, ValueId, ValueId];
  const known = site.shared.foldedInputs.get(x);
  const product = known && site.shared.foldedProducts.get(known.y);
  if (known === undefined || product === undefined) return fallback();
  const { writer } = site;
  const { order } = site.together(known.y);
  const { map, weight, k, inverse, means } = known;
  const { shape } = map;
  const mul = (a: string, b: string): string => writer.one("Mul", [a, b]);
  const [filters = 1] = site.sizesOf(weight);
  const matrix = site.reshaped(site.inLayout(weight, [product.rows, order]), [filters, shape.channels]);
  const sums = writer.one("ReduceSum", [mul(matrix, product.name), writer.int64s([0])], { keepdims: 0 });
  const dw = means === undefined ? sums : mul(inverse, sums);
  const perCell = mul(mul(k, writer.floats(-1 / cellsOf(shape))), dw);
  const c = means === undefined ? perCell : mul(perCell, inverse);
  const level = means === undefined ? undefined : writer.one("Neg", [mul(c, means)]);
  const name = affine(site, map, {
    scale: inLanes(site, c, shape),
    ...(level === undefined ? {} : { level: inLanes(site, level, shape, true) }),
    // The convolution's gradient is already multiplied by k.
    sum: site.inOrder(g, order).as("lanes"),
  });
  site.setOrdered(forX, { buffer: site.buffer(shape, name, "lanes", map.origins), order });
  const column = [shape.channels, 1, 1];
  site.setColumn(forWeight, { name: site.reshaped(dw, column), order });
  site.setColumn(forBias, { name: writer.one("Expand", [writer.floats([0]), writer.int64s(column)]), order });
  return true;
};
