import { type Graph, typesOf } from "../ir/graph.js";
import { findOp } from "../ops/registry.js";

/** Multiplications of each node for one picture. */
export function multipliesOf(graph: Graph): readonly number[] {
  return graph.nodes.map(({ op, inputs, outputs, attributes }) => {
    return findOp(op)?.work(typesOf(graph, inputs), typesOf(graph, outputs), attributes).multiplies ?? 0;
  });
}
