/** Removes nodes and weights that no output depends on. Inputs stay: they are the model's interface. */
import { indexGraph } from "../ir/graph-index.js";
import { GraphRewriter } from "./graph-rewriter.js";
import type { Pass, WeightedGraph, WeightValues } from "./weighted-graph.js";

export const removeDeadNodes: Pass = { name: "remove-dead-nodes", run: remove };

function remove<W extends WeightValues>(model: WeightedGraph<W>): WeightedGraph<W> {
  const { graph } = model;
  const uses = indexGraph(graph).uses;
  const isRead = (value: number): boolean => (uses[value] ?? 0) > 0;
  // A chain of dead nodes ends in one without readers.
  const allRead =
    graph.nodes.every((node) => node.outputs.some(isRead)) && graph.slots.every((slot) => isRead(slot.value));
  return allRead ? model : new GraphRewriter(model).finish(graph.nodes);
}
