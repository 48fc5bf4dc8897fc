import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import type { OpInput } from "./contracts.js";
import { findOp } from "./registry.js";

/** Whether a node normalises by stored statistics: a batch norm at inference. */
export const keepsStatistics = ({ op }: Node): boolean => {
  const inputs = findOp(op)?.inputs;
  return Array.isArray(inputs) && (inputs as readonly OpInput[]).some(({ role }) => role === "statistic");
};

/** Whether a node uses the batch's statistics in training: a batch norm whose running statistics are slots. */
export function followsBatch(node: Node, slots: ReadonlySet<ValueId>): boolean {
  const [, , , mean, variance] = node.inputs as readonly ValueId[];
  return keepsStatistics(node) && slots.has(mean as ValueId) && slots.has(variance as ValueId);
}

/** Number of values per channel that a batch norm reduces over. */
export function valuesPerChannel(graph: Graph, { inputs }: Node, batch = 1): number {
  const [x, , , mean] = inputs as readonly [ValueId, ValueId, ValueId, ValueId];
  return elementCount(typeOf(graph, x).shape, batch) / elementCount(typeOf(graph, mean).shape);
}

/** Batch norms with one value per channel in a batch: their variance is undefined in training. */
export function withoutVariance(graph: Graph, batch: number): readonly Node[] {
  const slots = new Set(graph.slots.map(({ value }) => value));
  return graph.nodes.filter((node) => followsBatch(node, slots) && valuesPerChannel(graph, node, batch) <= 1);
}
