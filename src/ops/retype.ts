import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Graph } from "../ir/graph.js";
import type { Shape, TensorType } from "../ir/shape.js";
import { findOp } from "./registry.js";
import { inferNodeTypes } from "./verify-types.js";

/**
 * The same network for inputs of other shapes (those not named keep theirs): all types inferred anew, slots as they are.
 * A problem where it does not fit, for example a slice or a reshape made for the old size.
 */
export function retypeGraph(graph: Graph, inputShapes: Readonly<Record<string, Shape>>): Graph | Problem {
  const types: TensorType[] = [...graph.types];
  for (const { name, value } of graph.inputs) {
    const shape = Object.hasOwn(inputShapes, name) ? inputShapes[name] : undefined;
    if (shape !== undefined) types[value] = { dtype: (types[value] as TensorType).dtype, shape };
  }
  for (const node of graph.nodes) {
    const op = findOp(node.op);
    invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
    const inferred = inferNodeTypes(
      op,
      node.inputs.map((value) => types[value] as TensorType),
      node.attributes,
    );
    if (isProblem(inferred)) return inferred;
    for (const [i, value] of node.outputs.entries()) types[value] = inferred[i] as TensorType;
  }
  return { ...graph, types };
}
