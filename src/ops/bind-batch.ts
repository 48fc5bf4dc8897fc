import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Attributes, Graph, Node } from "../ir/graph.js";
import { bindShape, type TensorType } from "../ir/shape.js";
import { findOp } from "./registry.js";
import { retypeGraph } from "./retype.js";

/** Replaces sizes that attributes write as multiples of N (`signedSizes`) by numbers. */
function bindAttributes(node: Node, batch: number): Attributes {
  const op = findOp(node.op);
  invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
  const bound = Object.entries(op.attributes).flatMap(([key, { signedSizes }]) => {
    const sizes = node.attributes[key];
    if (signedSizes !== true || typeof sizes !== "object") return [];
    return [[key, sizes.map((size) => (size < 0 ? -size * batch : size))] as const];
  });
  return bound.length === 0 ? node.attributes : { ...node.attributes, ...Object.fromEntries(bound) };
}

/** The same network for one batch size: no type contains N any more. Training steps are compiled for one batch size. */
export function bindBatch(graph: Graph, batch: number): Graph {
  const bind = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape: bindShape(shape, batch) });
  const bound: Graph = {
    ...graph,
    types: graph.types.map(bind),
    nodes: graph.nodes.map((node) => ({ ...node, attributes: bindAttributes(node, batch) })),
  };
  const found: Graph | Problem = retypeGraph(bound, {});
  invariant(!isProblem(found), `${graph.name} does not fit a batch of ${batch}`);
  return found;
}
