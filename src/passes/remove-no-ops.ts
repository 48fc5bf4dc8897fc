/** Nodes that hand on their only tensor as it is disappear; whoever read them reads that tensor. */
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { type Shape, sameShape } from "../ir/shape.js";
import { GraphRewriter } from "./graph-rewriter.js";
import type { Pass, WeightedGraph, WeightValues } from "./weighted-graph.js";

export const removeNoOps: Pass = { name: "remove-no-ops", run: remove };

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

function isNoOp(graph: Graph, node: Node): boolean {
  const [input, ...otherInputs] = node.inputs;
  const [output, ...otherOutputs] = node.outputs;
  if (input === undefined || output === undefined || otherInputs.length + otherOutputs.length > 0) return false;
  const [from, to] = [typeOf(graph, input), typeOf(graph, output)];
  if (from.dtype !== to.dtype || !sameShape(from.shape, to.shape)) return false;
  return Object.hasOwn(changesNothing, node.op) && changesNothing[node.op]?.(node.attributes, from.shape) === true;
}

function remove<W extends WeightValues>(model: WeightedGraph<W>): WeightedGraph<W> {
  const { graph } = model;
  const origin = new Map<ValueId, ValueId>();
  const originOf = (value: ValueId): ValueId => origin.get(value) ?? value;
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(originOf);
    if (isNoOp(graph, node)) origin.set(node.outputs[0] as ValueId, inputs[0] as ValueId);
    else nodes.push({ ...node, inputs });
  }
  if (origin.size === 0) return model;
  const outputs = graph.outputs.map((output) => ({ ...output, value: originOf(output.value) }));
  return new GraphRewriter(model).finish(nodes, outputs);
}
