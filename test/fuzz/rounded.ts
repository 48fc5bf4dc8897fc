import type { Graph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { findOp } from "../../src/ops/registry.js";
import type { Feed } from "../../src/reference/interpret.js";

const rounded = ({ shape, data }: Tensor): Tensor => ({ shape, data: Float64Array.from(data, Math.fround) });

/**
 * The reference with every tensor rounded to float32 on its way: how far its outputs are from those of the reference says how
 * much rounding alone may do to this network, with a norm of next to nothing or a comparison that flips among it.
 */
export function interpretRounded(graph: Graph, feed: Feed): Record<string, Tensor> {
  const values = new Map<number, Tensor>();
  for (const { name, value } of graph.inputs) values.set(value, rounded(feed.inputs[name]!));
  for (const { name, value } of graph.slots) values.set(value, rounded(feed.slots[name]!));
  for (const { op, inputs, outputs, attributes } of graph.nodes) {
    const results = findOp(op)!.evaluate(
      inputs.map((value) => values.get(value)!),
      attributes,
    );
    for (const [i, value] of outputs.entries()) values.set(value, rounded(results[i]!));
  }
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, values.get(value)!]));
}
