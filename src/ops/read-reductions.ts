/** The axes of ONNX's reductions. */
import { isProblem } from "../diagnostics/diagnostic.js";
import type { OnnxNode, OnnxReader } from "./onnx-node.js";
import { axesOf, counted } from "./read-nodes.js";

/** Whether the node reduces nothing if no axes are given. */
export function reducesNothing(node: OnnxNode): boolean {
  const given = axesOf(node);
  const isForNothing = node.attributes.int("noop_with_empty_axes", 0) === 1;
  // Without axes, `keepdims` does not matter.
  node.attributes.int("keepdims", 1);
  return isForNothing && !isProblem(given) && (given ?? []).length === 0;
}

/** Without axes, all axes are reduced. */
export const reductionNodes = (nodeType: string): OnnxReader<{ axes: readonly number[]; keep: boolean }> => ({
  nodeTypes: [nodeType],
  read: (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const rank = site.typeOf(x).shape.length;
    const given = axesOf(site);
    if (isProblem(given)) return given;
    site.attributes.int("noop_with_empty_axes", 0);
    const keep = site.attributes.int("keepdims", 1) === 1;
    const all = given === undefined || given.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : given;
    const axes = [...new Set(all.map((axis) => counted(axis, rank)))].sort((a, b) => a - b);
    return site.make([x], { axes, keep });
  },
});
