import { liveNodes } from "../ir/copy-graph.js";
import type { Graph, ValueId } from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";
import type { AppendingBuilder } from "./gradient-builder.js";

/** The graph with only those appended nodes that the roots depend on, renumbered without gaps, and the roots' new numbers. */
export function sweep(
  graph: Graph,
  builder: AppendingBuilder,
  roots: readonly ValueId[],
): { readonly graph: Graph; readonly gradients: readonly ValueId[] } {
  const { live } = liveNodes(builder.nodesMade, roots);
  const types: TensorType[] = [...graph.types];
  const renumbered = Int32Array.from({ length: builder.types.length }, (_, value) => value);
  const nodes = live.map((node) => {
    for (const value of node.outputs) renumbered[value] = types.push(builder.typeOf(value)) - 1;
    return { ...node, inputs: node.inputs.map(moved), outputs: node.outputs.map(moved) };
  });
  function moved(value: ValueId): ValueId {
    return renumbered[value] as ValueId;
  }
  return { graph: { ...graph, nodes: [...graph.nodes, ...nodes], types }, gradients: roots.map(moved) };
}
