import { type Graph, type Node, typeOf } from "../ir/graph.js";
import { sameShape } from "../ir/shape.js";
import { findOp } from "../ops/registry.js";

/** Whether a node returns its only tensor unchanged. */
export function isNoOp(graph: Graph, node: Node): boolean {
  const [input, ...otherInputs] = node.inputs;
  const [output, ...otherOutputs] = node.outputs;
  if (input === undefined || output === undefined || otherInputs.length + otherOutputs.length > 0) return false;
  const [from, to] = [typeOf(graph, input), typeOf(graph, output)];
  if (from.dtype !== to.dtype || !sameShape(from.shape, to.shape)) return false;
  return findOp(node.op)?.isIdentity(node.attributes, from.shape) === true;
}
