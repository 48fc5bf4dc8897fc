import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Attributes, Graph, Node } from "../ir/graph.js";
import type { Shape, TensorType } from "../ir/shape.js";
import { findOp } from "./registry.js";
import { inferNodeTypes } from "./verify-types.js";

/**
 * The same network for inputs of other shapes (inputs not named keep theirs): all types are inferred anew, slots stay. A
 * problem if the network does not fit, for example a slice or reshape made for the old size. `fit` may adapt a node's
 * attributes to its new inputs.
 */
export function retypeGraph(
  graph: Graph,
  inputShapes: Readonly<Record<string, Shape>>,
  fit: (node: Node, inputs: readonly TensorType[]) => Attributes = ({ attributes }) => attributes,
): Graph | Problem {
  const types: TensorType[] = [...graph.types];
  for (const { name, value } of graph.inputs) {
    const shape = Object.hasOwn(inputShapes, name) ? inputShapes[name] : undefined;
    if (shape !== undefined) types[value] = { dtype: (types[value] as TensorType).dtype, shape };
  }
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const op = findOp(node.op);
    invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
    const inputs = node.inputs.map((value) => types[value] as TensorType);
    const attributes = fit(node, inputs);
    const inferred = inferNodeTypes(op, inputs, attributes);
    if (isProblem(inferred)) return inferred;
    for (const [i, value] of node.outputs.entries()) types[value] = inferred[i] as TensorType;
    nodes.push(attributes === node.attributes ? node : { ...node, attributes });
  }
  return { ...graph, nodes, types };
}
