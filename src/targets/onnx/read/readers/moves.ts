import { isProblem, type Problem } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/graph.js";
import { type Dim, type Shape, sameShape } from "../../../../ir/shape.js";
import { toSignedSizes } from "../../../../ops/signed-sizes.js";
import { type NodeReader, type NodeSite, only } from "../node-site.js";
import { mostAxes } from "../operand.js";

/** Whether these are axes of so many, each once. */
const areAxes = (axes: readonly number[], rank: number): boolean =>
  new Set(axes).size === axes.length && axes.every((axis) => axis >= 0 && axis < rank);

const counted = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

function reshapeTo(site: NodeSite, x: ValueId | Problem, shape: Shape): readonly ValueId[] | Problem {
  return only(site.one("reshape", [x], { shape: toSignedSizes(shape) }));
}

/** How many elements there are, as a number times N to some power. */
function factorsOf(shape: Shape): readonly [count: number, batches: number] {
  const count = shape.reduce<number>((all, dim) => all * (typeof dim === "number" ? dim : dim.batch), 1);
  return [count, shape.filter((dim) => typeof dim !== "number").length];
}

/** The shape that an input asks for: 0 keeps a size, -1 takes what is left. */
export function targetShape(
  site: NodeSite,
  { shape, index }: { readonly shape: Shape; readonly index: number },
): Shape | Problem {
  const target = site.numbers(index) ?? site.attributes.ints("shape");
  if (target === undefined || isProblem(target)) return target ?? site.refuse("it has no target");
  const isZeroKept = site.attributes.int("allowzero", 0) === 0;
  const wanted = target.map((size, axis) => (size === 0 && isZeroKept ? (shape[axis] ?? 0) : size));
  const open = wanted.indexOf(-1);
  if (open === -1) return wanted;
  const [all, batches] = factorsOf(shape);
  const [known, knownBatches] = factorsOf(wanted.filter((_, axis) => axis !== open));
  const left: Dim = batches > knownBatches ? { batch: all / known } : all / known;
  return wanted.map((size, axis) => (axis === open ? left : size));
}

export const reshape: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const target = targetShape(site, { shape: site.typeOf(x).shape, index: 1 });
  return isProblem(target) ? target : reshapeTo(site, x, target);
};

/** Reshape, Transpose, Reshape: a shuffle where the channels come back as they were, else just that. */
export const channelShuffle: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const { shape } = site.typeOf(x);
  const apart = targetShape(site, { shape, index: 1 });
  if (isProblem(apart)) return apart;
  const turned = [0, 2, 1, 3, 4].map((axis) => apart[axis] ?? 0);
  const whole = targetShape(site, { shape: turned, index: 2 });
  if (isProblem(whole)) return whole;
  const [, groups = 0] = apart;
  const isShuffle =
    sameShape(whole, shape) &&
    sameShape([...apart.slice(0, 1), ...apart.slice(3)], [...shape.slice(0, 1), ...shape.slice(2)]);
  if (isShuffle && typeof groups === "number") return only(site.one("channel_shuffle", [x], { groups }));
  const cut = site.one("reshape", [x], { shape: toSignedSizes(apart) });
  return reshapeTo(site, site.one("transpose", [cut], { permutation: [0, 2, 1, 3, 4] }), whole);
};

export const flatten: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const { shape } = site.typeOf(x);
  const given = site.attributes.int("axis", 1);
  const axis = counted(given, shape.length);
  if (axis < 0 || axis > shape.length) return site.refuse(`its axis is ${given}, of ${shape.length}`);
  if (axis === 1) return only(site.one("flatten", [x], { axis: 1 }));
  const product = (dims: Shape): Dim => {
    const [count, batches] = factorsOf(dims);
    return batches === 0 ? count : { batch: count };
  };
  return reshapeTo(site, x, [product(shape.slice(0, axis)), product(shape.slice(axis))]);
};

/** Axes as an input (opset 13) or an attribute. */
function axesOf(site: NodeSite, rank: number): readonly number[] | Problem | undefined {
  const given = !site.has(1) ? site.attributes.ints("axes") : site.plainNumbers(1);
  return given === undefined || isProblem(given) ? given : given.map((axis) => counted(axis, rank));
}

export const squeeze: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const { shape } = site.typeOf(x);
  const axes = axesOf(site, shape.length);
  if (isProblem(axes)) return axes;
  const isSound = axes === undefined || (areAxes(axes, shape.length) && axes.every((axis) => shape[axis] === 1));
  if (!isSound) return site.refuse(`it removes axes ${axes.join(", ")} of [${shape.map(String).join(", ")}]`);
  return reshapeTo(
    site,
    x,
    shape.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis))),
  );
};

export const unsqueeze: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const { shape } = site.typeOf(x);
  const given = !site.has(1) ? site.attributes.ints("axes") : site.plainNumbers(1);
  if (given === undefined || isProblem(given)) return given ?? site.refuse("it has no axes");
  if (given.length > mostAxes) return site.refuse(`it adds ${given.length} axes`);
  const wanted: Dim[] = [...shape];
  const rank = shape.length + given.length;
  const axes = given.map((axis) => counted(axis, rank)).sort((a, b) => a - b);
  if (!areAxes(axes, rank)) return site.refuse(`its axes are ${given.join(", ")}, of ${rank}`);
  for (const axis of axes) wanted.splice(axis, 0, 1);
  return reshapeTo(site, x, wanted);
};

export const transpose: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const rank = site.typeOf(x).shape.length;
  const permutation = site.attributes.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  return only(site.one("transpose", [x], { permutation }));
};

export const concat: NodeReader = (site) => {
  const values = site.tensors();
  if (isProblem(values)) return values;
  const [first] = values;
  const rank = first === undefined ? 0 : site.typeOf(first).shape.length;
  return only(site.one("concat", values, { axis: counted(site.attributes.int("axis", 0), rank) }));
};

/** Sizes of the parts: given, or equal ones, of which the last may be smaller. */
function partsOf(site: NodeSite, whole: Dim): readonly Dim[] | Problem {
  const given = site.numbers(1) ?? site.attributes.ints("split");
  const count = site.node.outputs.length;
  const said = site.attributes.int("num_outputs", count);
  if (said !== count) return site.refuse(`it should give ${said} parts, but has ${count} results`);
  if (given !== undefined) return given;
  if (typeof whole !== "number") {
    return whole.batch % count === 0
      ? new Array<Dim>(count).fill({ batch: whole.batch / count })
      : site.refuse("it cuts the batch into uneven parts");
  }
  const size = Math.ceil(whole / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(size, whole - i * size)));
}

export const split: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const { shape } = site.typeOf(x);
  const axis = counted(site.attributes.int("axis", 0), shape.length);
  const whole = shape[axis];
  if (whole === undefined) return site.refuse(`it cuts axis ${axis} of ${shape.length}`);
  const parts = partsOf(site, whole);
  if (isProblem(parts)) return parts;
  if (parts.length !== site.node.outputs.length) return site.refuse(`it has ${parts.length} sizes for its results`);
  return site.apply("split", [x], { axis, sizes: toSignedSizes(parts) });
};

/** The first and last index of a cut, as ONNX holds them to the axis. */
function bounds(from: number, to: number, size: number): readonly [number, number] {
  const hold = (index: number): number => Math.min(size, Math.max(0, index < 0 ? index + size : index));
  return [hold(from), hold(to)];
}

export const slice: NodeReader = (site) => {
  let x = site.tensor(0);
  if (isProblem(x)) return x;
  const list = (index: number, name: string): readonly number[] | Problem | undefined =>
    !site.has(index) ? site.attributes.ints(name) : site.plainNumbers(index);
  const [starts, ends, given, steps] = [list(1, "starts"), list(2, "ends"), list(3, "axes"), list(4, "steps")];
  for (const each of [starts, ends, given, steps]) if (isProblem(each)) return each;
  if (starts === undefined || ends === undefined || isProblem(starts) || isProblem(ends))
    return site.refuse("it has no bounds");
  if (!isProblem(steps) && steps?.some((step) => step !== 1))
    return site.refuse("it steps over cells, which lferc does not count");
  const { shape } = site.typeOf(x);
  const axes = given === undefined || isProblem(given) ? starts.map((_, i) => i) : given;
  for (const [i, each] of axes.entries()) {
    const axis = counted(each, shape.length);
    const size = shape[axis];
    if (typeof size !== "number") {
      // All of the batch is no cut.
      if (size !== undefined && starts[i] === 0 && (ends[i] ?? 0) >= 2 ** 31 - 1) continue;
      return site.refuse(`it cuts axis ${axis}, whose size is not fixed`);
    }
    const [from, to] = bounds(starts[i] ?? 0, ends[i] ?? 0, size);
    if (from === 0 && to === size) continue;
    x = site.one("slice", [x], { axis, from, to });
    if (isProblem(x)) return x;
  }
  return [x];
};

/** One index along an axis: a cut of size 1, without that axis. */
export const gather: NodeReader = (site) => {
  const [x, at] = [site.tensor(0), site.plainNumbers(1)];
  if (isProblem(x)) return x;
  if (at === undefined || isProblem(at)) return at ?? site.refuse("it has no index");
  const { shape } = site.typeOf(x);
  const axis = counted(site.attributes.int("axis", 0), shape.length);
  const size = shape[axis];
  const [index = 0] = at;
  if (at.length !== 1 || typeof size !== "number")
    return site.refuse("it takes several indices, which lferc does not count");
  const from = counted(index, size);
  const cut = site.one("slice", [x], { axis, from, to: from + 1 });
  const isScalar = site.fixed(1)?.dims.length === 0;
  return isScalar
    ? reshapeTo(
        site,
        cut,
        shape.filter((_, i) => i !== axis),
      )
    : only(cut);
};

export const pad: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const pads = !site.has(1) ? site.attributes.ints("pads") : site.plainNumbers(1);
  if (pads === undefined || isProblem(pads)) return pads ?? site.refuse("it has no padding");
  const [mode, filling] = [site.attributes.text("mode", "constant"), site.plainNumbers(2)];
  if (isProblem(filling)) return filling;
  const value = filling?.[0] ?? site.attributes.float("value", 0);
  const hasAxes = site.has(3);
  if (pads.every((cells) => cells === 0)) return only(site.one("identity", [x]));
  const rank = site.typeOf(x).shape.length;
  const [before, after] = [pads.slice(0, rank), pads.slice(rank)];
  const isAroundMap = rank === 4 && [before, after].every((side) => side[0] === 0 && side[1] === 0);
  if (!isAroundMap || hasAxes) return site.refuse("it pads other axes than height and width");
  const padding = [before[2] ?? 0, before[3] ?? 0, after[2] ?? 0, after[3] ?? 0];
  if (mode === "reflect") return only(site.one("reflection_pad", [x], { padding }));
  if (mode === "edge") return only(site.one("replication_pad", [x], { padding }));
  if (mode !== "constant") return site.refuse(`it pads in the mode "${mode}"`);
  return only(site.one("pad", [x], { padding, value }));
};

/** To the shape that it has already; anything else is not counted. */
export const expand: NodeReader = (site) => {
  const [x, target] = [site.tensor(0), site.numbers(1)];
  if (isProblem(x)) return x;
  if (target === undefined || isProblem(target)) return target ?? site.refuse("it has no target");
  const { shape } = site.typeOf(x);
  const isSame =
    target.length <= shape.length &&
    target.every((size, i) => {
      const own = shape[i + shape.length - target.length] as Dim;
      return size === 1 || JSON.stringify(size) === JSON.stringify(own);
    });
  return isSame ? only(site.one("identity", [x])) : site.refuse("it repeats a tensor, which lferc does not count");
};
