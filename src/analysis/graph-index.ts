import type { Graph, Slot, ValueId } from "../ir/graph.js";

/** Who makes and who reads each value; read off once, in time linear in the graph. */
export interface GraphIndex {
  /** Index of the node that makes a value, -1 for inputs and slots. */
  readonly producer: Int32Array;
  /** How often a value is read: by nodes, and once for each graph output. */
  readonly uses: Int32Array;
  readonly slots: ReadonlyMap<ValueId, Slot>;
}

export function indexGraph(graph: Graph): GraphIndex {
  const producer = new Int32Array(graph.types.length).fill(-1);
  const uses = new Int32Array(graph.types.length);
  for (const [i, node] of graph.nodes.entries()) {
    for (const value of node.outputs) producer[value] = i;
    for (const value of node.inputs) uses[value] = (uses[value] ?? 0) + 1;
  }
  for (const { value } of graph.outputs) uses[value] = (uses[value] ?? 0) + 1;
  return { producer, uses, slots: new Map(graph.slots.map((slot) => [slot.value, slot])) };
}
