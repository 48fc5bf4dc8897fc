import type { Graph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { findOp } from "../../src/ops/registry.js";
import type { Feed } from "../../src/reference/interpret.js";

/** The next number of a linear congruential generator, between -1 and 1: cheap, and random enough for this. */
function jitterFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/**
 * The reference as a float32 machine might compute it: every tensor is rounded to float32, and changed by up to a last digit whenever it
 * is read. The difference of its outputs from the reference's shows how much rounding alone may do to this network, including norms
 * of nearly zero and comparisons that flip.
 */
export function interpretRounded(graph: Graph, feed: Feed): Record<string, Tensor> {
  const jitter = jitterFrom(1);
  const wavering = ({ shape, data }: Tensor): Tensor => ({
    shape,
    data: data.map((x) => x * (1 + 2 ** -23 * jitter())),
  });
  const rounded = ({ shape, data }: Tensor): Tensor => ({ shape, data: Float64Array.from(data, Math.fround) });
  const values = new Map<number, Tensor>();
  for (const { name, value } of graph.inputs) values.set(value, rounded(feed.inputs[name]!));
  for (const { name, value } of graph.slots) values.set(value, rounded(feed.slots[name]!));
  for (const { op, inputs, outputs, attributes } of graph.nodes) {
    const read = inputs.map((value) => {
      const tensor = values.get(value)!;
      return graph.types[value]?.dtype === "float32" ? wavering(tensor) : tensor;
    });
    const results = findOp(op)!.evaluate(read, attributes);
    for (const [i, value] of outputs.entries()) values.set(value, rounded(results[i]!));
  }
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, values.get(value)!]));
}
