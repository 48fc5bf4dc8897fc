import { type Graph, type Node, typeOf } from "../ir/graph.js";
import { type Shape, sameShape } from "../ir/shape.js";

type Attributes = Node["attributes"];

/** When an op of one tensor and one result of the same type changes nothing. */
const changesNothing: Readonly<Record<string, (attributes: Attributes, shape: Shape) => boolean>> = {
  identity: () => true,
  dropout: () => true,
  drop_path: () => true,
  concat: () => true,
  split: () => true,
  // Row-major order stays, so an equal shape is an equal tensor.
  reshape: () => true,
  flatten: () => true,
  slice: () => true,
  pad: () => true,
  // As many bins as cells.
  adaptive_avg_pool: () => true,
  adaptive_max_pool: () => true,
  transpose: ({ permutation }) => Array.isArray(permutation) && permutation.every((from, to) => from === to),
  channel_shuffle: ({ groups }, shape) => groups === 1 || groups === shape[1],
};

/** Whether a node hands on its only tensor as it is. */
export function isNoOp(graph: Graph, node: Node): boolean {
  const [input, ...otherInputs] = node.inputs;
  const [output, ...otherOutputs] = node.outputs;
  if (input === undefined || output === undefined || otherInputs.length + otherOutputs.length > 0) return false;
  const [from, to] = [typeOf(graph, input), typeOf(graph, output)];
  if (from.dtype !== to.dtype || !sameShape(from.shape, to.shape)) return false;
  return Object.hasOwn(changesNothing, node.op) && changesNothing[node.op]?.(node.attributes, from.shape) === true;
}
