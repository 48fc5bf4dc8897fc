/** Removes nodes that return their only tensor unchanged; their readers read that tensor. */
import { isNoOp } from "../analysis/no-ops.js";
import type { Node, ValueId } from "../ir/graph.js";
import { GraphRewriter } from "./graph-rewriter.js";
import type { Pass, WeightedGraph, WeightValues } from "./weighted-graph.js";

export const removeNoOps: Pass = { name: "remove-no-ops", run: remove };

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
