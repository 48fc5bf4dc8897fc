import { type Graph, typeOf, type ValueId } from "../ir/graph.js";
import { findOp } from "../ops/registry.js";

/** Multiplications of each node for one picture. */
export function multipliesOf(graph: Graph): readonly number[] {
  return graph.nodes.map(({ op, inputs, outputs, attributes }) => {
    const types = (values: readonly ValueId[]) => values.map((value) => typeOf(graph, value));
    return findOp(op)?.work(types(inputs), types(outputs), attributes).multiplies ?? 0;
  });
}
