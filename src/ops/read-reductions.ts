/** The axes of ONNX's reductions. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { OnnxNode, OnnxReader } from "./onnx-node.js";
import { axesOf, counted, only } from "./read-nodes.js";

/** Whether the node reduces nothing if no axes are given. */
export function reducesNothing(node: OnnxNode): boolean {
  const given = axesOf(node);
  const isForNothing = node.attributes.int("noop_with_empty_axes", 0) === 1;
  // Without axes, `keepdims` does not matter.
  node.attributes.int("keepdims", 1);
  return isForNothing && !isProblem(given) && (given ?? []).length === 0;
}

interface Reduced {
  readonly axes: readonly number[];
  readonly keep: boolean;
}

/** The axes of a tensor of this rank; without axes, all are reduced. */
function reducedBy(node: OnnxNode, rank: number): Reduced | Problem {
  const given = axesOf(node);
  if (isProblem(given)) return given;
  node.attributes.int("noop_with_empty_axes", 0);
  const keep = node.attributes.int("keepdims", 1) === 1;
  const all = given === undefined || given.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : given;
  return { axes: [...new Set(all.map((axis) => counted(axis, rank)))].sort((a, b) => a - b), keep };
}

export const reductionNodes = (nodeType: string): OnnxReader<Reduced> => ({
  nodeTypes: [nodeType],
  read: (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const reduced = reducedBy(site, site.typeOf(x).shape.length);
    return isProblem(reduced) ? reduced : site.make([x], reduced);
  },
});

/** Sums of what `before` makes of each element: the L1 norm is a sum of absolute values, the L2 norm a root of a sum of squares. */
export const sumsOf = (nodeType: string, before: string, after?: string): OnnxReader<Reduced> => ({
  nodeTypes: [nodeType],
  read: (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const reduced = reducedBy(site, site.typeOf(x).shape.length);
    if (isProblem(reduced)) return reduced;
    if (reducesNothing(site)) return site.refuse("it reduces nothing, which lferc does not count");
    const sum = site.make([site.one(before, [x])], reduced);
    return isProblem(sum) || after === undefined ? sum : only(site.one(after, sum));
  },
});
