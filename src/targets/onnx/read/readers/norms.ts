import { isProblem } from "../../../../diagnostics/diagnostic.js";
import { sameShape } from "../../../../ir/shape.js";
import { type NodeReader, type NodeSite, only } from "../node-site.js";
import { countOf } from "../operand.js";
import { targetShape } from "./moves.js";

const epsilonOf = (site: NodeSite): number => {
  // The precision that a runtime computes in.
  site.attributes.pass("stash_type");
  return site.attributes.float("epsilon", 1e-5);
};

export const batchNormalization: NodeReader = (site) => {
  if (site.attributes.int("training_mode", 0) === 1)
    return site.refuse("it is in training mode: export the network for inference");
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const channels = site.typeOf(x).shape[1];
  if (typeof channels !== "number") return site.refuse("its channels are not fixed");
  const weights = [1, 2, 3, 4].map((i) => site.weight(i, i < 3 ? "parameter" : "statistic", [channels]));
  // Before opset 9 it may go over each place by itself.
  if (site.attributes.int("spatial", 1) !== 1) return site.refuse("it has statistics for each position of the map");
  // ONNX's momentum is the share of the old statistics.
  const momentum = Math.min(1, Math.max(0, 1 - site.attributes.float("momentum", 0.9)));
  return only(site.one("batch_norm", [x, ...weights], { epsilon: epsilonOf(site), momentum }));
};

/** Over the axes from `axis` through `through`, with a weight and a bias for each place. */
function layerNorm(site: NodeSite, axis: number, through: number) {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const own = site.typeOf(x).shape.slice(axis, through + 1);
  if (own.length === 0 || !own.every((size) => typeof size === "number"))
    return site.refuse("it normalises over the batch");
  const sizes = own.map(Number);
  const weights = [1, 2].map((i) => site.weight(i, "parameter", sizes));
  return only(site.one("layer_norm", [x, ...weights], { axis, through, epsilon: epsilonOf(site) }));
}

const rankOf = (site: NodeSite): number => {
  const x = site.input(0);
  return x?.kind === "tensor" ? x.type.shape.length : 0;
};

export const layerNormalization: NodeReader = (site) => {
  if (!site.has(2)) return site.refuse("it has no bias, which lferc's layer norm always has");
  const [rank, axis] = [rankOf(site), site.attributes.int("axis", -1)];
  return layerNorm(site, axis < 0 ? axis + rank : axis, rank - 1);
};

/** Spelled out with ReduceMean; input 3 or an attribute has its axes. */
export const spelledLayerNorm: NodeReader = (site) => {
  const axes = site.attributes.ints("axes") ?? site.plainNumbers(3);
  if (axes === undefined || isProblem(axes)) return axes ?? site.refuse("it has no axes");
  const rank = rankOf(site);
  const scale = site.fixed(1);
  // Over a map, one weight for each channel is instance norm's; layer norm has one for each place.
  const isOverMap = rank === 4 && axes.map((axis) => (axis < 0 ? axis + rank : axis)).join() === "2,3";
  if (isOverMap && scale?.dims.slice(-2).join() === "1,1") return instanceNorm(site, true);
  const sorted = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  const [first = 0] = sorted;
  if (sorted.some((axis, i) => axis !== first + i))
    return site.refuse("it normalises over axes that are not consecutive");
  return layerNorm(site, first, first + sorted.length - 1);
};

/** Spelled out as Reshape, norm, Reshape, scale, shift; inputs 3 and 4 have the sizes that it is cut up into and put back to. */
export const spelledGroupNorm: NodeReader = (site) => {
  const [x, sizes] = [site.tensor(0), site.numbers(3)];
  if (isProblem(x)) return x;
  if (sizes === undefined || isProblem(sizes)) return sizes ?? site.refuse("it has no groups");
  const { shape } = site.typeOf(x);
  const whole = targetShape(site, { shape, index: 4 });
  if (isProblem(whole)) return whole;
  if (!sameShape(whole, shape)) return site.refuse("its result has another shape than its input");
  // Without axes it was an instance norm, which goes over the map of each group.
  const axes = site.attributes.ints("axes") ?? site.plainNumbers(5);
  if (isProblem(axes)) return axes;
  const places = axes?.map((axis) => (axis < 0 ? axis + sizes.length : axis)).sort((a, b) => a - b);
  const all = sizes.slice(2).map((_, i) => i + 2);
  if (places !== undefined && places.join() !== all.join())
    return site.refuse("it does not normalise over whole groups");
  return groupNorm(site, Number(sizes[1]), 1);
};

function groupNorm(site: NodeSite, groups: number, firstWeight: number) {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const channels = site.typeOf(x).shape[1];
  if (typeof channels !== "number") return site.refuse("its channels are not fixed");
  const given = site.fixed(firstWeight);
  if (given !== undefined && countOf(given.dims) !== channels) {
    return site.refuse("it scales by groups, not by channels, which lferc does not count");
  }
  const weights = [firstWeight, firstWeight + 1].map((i) => site.weight(i, "parameter", [channels]));
  return only(site.one("group_norm", [x, ...weights], { groups, epsilon: epsilonOf(site) }));
}

export const groupNormalization: NodeReader = (site) => groupNorm(site, site.attributes.int("num_groups", 1), 1);

/** Scale and shift that no training made are those of a norm without them. */
export const instanceNormalization: NodeReader = (site) => {
  const affine = [1, 2].map((i) => site.fixed(i)?.isTrained !== false).includes(true);
  return instanceNorm(site, affine);
};

function instanceNorm(site: NodeSite, affine: boolean) {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const channels = site.typeOf(x).shape[1];
  if (typeof channels !== "number") return site.refuse("its channels are not fixed");
  const weights = affine ? [1, 2].map((i) => site.weight(i, "parameter", [channels])) : [];
  return only(site.one("instance_norm", [x, ...weights], { affine, epsilon: epsilonOf(site) }));
}

/** Its axes, an attribute or input 1, are those of the map: so it was found. */
export const plainInstanceNorm: NodeReader = (site) => {
  site.attributes.pass("axes");
  site.input(1);
  return instanceNorm(site, false);
};

export const lrn: NodeReader = (site) =>
  only(
    site.one("local_response_norm", [site.tensor(0)], {
      size: site.attributes.int("size", 1),
      alpha: site.attributes.float("alpha", 1e-4),
      beta: site.attributes.float("beta", 0.75),
      k: site.attributes.float("bias", 1),
    }),
  );
