/** Reads ONNX's Gather with indices that are fixed: entries along an axis. A run of neighbours is a slice. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Shape } from "../ir/shape.js";
import type { OnnxNode, OnnxReader } from "./onnx-node.js";
import { counted, only } from "./read-nodes.js";
import { toSignedSizes } from "./signed-sizes.js";

interface Taken {
  readonly axis: number;
  readonly indices: readonly number[];
  /** The sizes of the result: those of the indices in the place of the axis; a single index without an axis removes it. */
  readonly shape: Shape;
}

function takenBy(node: OnnxNode): Taken | Problem {
  const at = node.plainNumbers(1);
  if (at === undefined || isProblem(at)) return at ?? node.refuse("it has no index");
  const shape = node.shapeOf(0);
  const axis = counted(node.attributes.int("axis", 0), shape.length);
  const size = shape[axis];
  if (at.length === 0 || typeof size !== "number") return node.refuse("it takes samples of the batch, or nothing");
  const indices = at.map((index) => counted(index, size));
  if (indices.some((index) => index < 0 || index >= size)) return node.refuse(`its indices exceed ${size} cells`);
  const dims = node.fixed(1)?.dims ?? [];
  return { axis, indices, shape: [...shape.slice(0, axis), ...dims, ...shape.slice(axis + 1)] };
}

const isRun = ({ indices }: Taken): boolean => indices.every((index, i) => index === (indices[0] ?? 0) + i);

type Entries = Pick<Taken, "axis" | "indices">;

/** A reader of nodes that take entries; `attributesOf` makes the op's of them. */
const reading = <A>(attributesOf: (entries: Entries) => A): Pick<OnnxReader<A>, "nodeTypes" | "read"> => ({
  nodeTypes: ["Gather"],
  read: (site) => {
    const taken = takenBy(site);
    if (isProblem(taken)) return taken;
    const made = site.make([site.tensor(0)], attributesOf(taken));
    if (isProblem(made) || site.fixed(1)?.dims.length === 1) return made;
    return only(site.one("reshape", made, { shape: toSignedSizes(taken.shape) }));
  },
});

/** Of any indices: what is no run. */
export const gatheringNodes: OnnxReader<Entries> = reading(({ axis, indices }) => ({ axis, indices }));

/** GatherND: each row of indices names an entry along the first axes, which become one. */
export const placesOfNodes: OnnxReader<Entries> = {
  nodeTypes: ["GatherND"],
  read: (site) => {
    const [x, at] = [site.tensor(0), site.plainNumbers(1)];
    if (isProblem(x)) return x;
    if (at === undefined || isProblem(at)) return at ?? site.refuse("it has no indices");
    if (site.attributes.int("batch_dims", 0) !== 0) return site.refuse("it takes entries of each sample by itself");
    const { shape } = site.typeOf(x);
    const dims = site.fixed(1)?.dims ?? [];
    const depth = dims.at(-1) ?? 0;
    const leading = shape.slice(0, depth).filter((size) => typeof size === "number");
    if (depth < 1 || depth > shape.length || leading.length < depth)
      return site.refuse(`its indices go over ${depth} axes, of ${shape.length}`);
    const indices: number[] = [];
    for (let row = 0; row < at.length; row += depth) {
      const places = leading.map((size, axis) => counted(at[row + axis] ?? 0, size));
      if (places.some((place, axis) => place < 0 || place >= (leading[axis] ?? 0)))
        return site.refuse("its indices exceed the tensor");
      indices.push(places.reduce((index, place, axis) => index * (leading[axis] ?? 0) + place, 0));
    }
    const rest = shape.slice(depth);
    const count = leading.reduce((all, size) => all * size, 1);
    const flat = depth === 1 ? x : site.one("reshape", [x], { shape: toSignedSizes([count, ...rest]) });
    const made = site.make([flat], { axis: 0, indices });
    if (isProblem(made)) return made;
    return only(site.one("reshape", made, { shape: toSignedSizes([...dims.slice(0, -1), ...rest]) }));
  },
};

/** Of neighbours in their order. */
export const runsOfNodes: OnnxReader<{ readonly axis: number; readonly from: number; readonly to: number }> = {
  ...reading(({ axis, indices: [from = 0, ...others] }) => ({ axis, from, to: from + 1 + others.length })),
  takes: (node) => {
    const taken = takenBy(node);
    return !isProblem(taken) && isRun(taken);
  },
};
