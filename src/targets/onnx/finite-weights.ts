import type { Graph, ValueId } from "../../ir/graph.js";
import { keepsStatistics } from "../../ops/batch-statistics.js";

type Weights = ReadonlyMap<string, Float32Array>;

/** A weight that is not finite in the file, or a variance whose square root is not. */
export function findNotFinite(graph: Graph, given: Weights, written: Weights) {
  const names = new Map(graph.slots.map(({ name, value }) => [value, name]));
  for (const node of graph.nodes) {
    if (!keepsStatistics(node)) continue;
    const weight = names.get(node.inputs[4] as ValueId) ?? "";
    const negative = given.get(weight)?.find((variance) => variance + (node.attributes.epsilon as number) <= 0);
    if (negative !== undefined) return { weight: `the root of ${weight} + epsilon`, value: Number.NaN };
  }
  for (const [weight, values] of written) {
    const value = firstNotFinite(values);
    if (value !== undefined) return { weight, value };
  }
  return undefined;
}

/** A loop, because calling a function for each weight takes a multiple of the time. */
function firstNotFinite(values: Float32Array): number | undefined {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) return value;
  }
  return undefined;
}
