import type { Graph } from "./graph.js";

/** The producer and readers of each value; computed once, in time linear in the graph. */
export interface GraphIndex {
  /** Index of the node that produces a value, -1 for inputs and slots. */
  readonly producer: Int32Array;
  /** Number of uses of a value: by nodes, by graph outputs, and as a slot's next value. */
  readonly uses: Int32Array;
  /** 1 for values of slots, and for those of trained slots. */
  readonly isSlot: Uint8Array;
  readonly isParameter: Uint8Array;
}

export function indexGraph(graph: Graph): GraphIndex {
  const producer = new Int32Array(graph.types.length).fill(-1);
  const uses = new Int32Array(graph.types.length);
  const isSlot = new Uint8Array(graph.types.length);
  const isParameter = new Uint8Array(graph.types.length);
  for (let i = 0; i < graph.nodes.length; i++) {
    const node = graph.nodes[i];
    if (node === undefined) continue;
    for (const value of node.outputs) producer[value] = i;
    for (const value of node.inputs) uses[value] = (uses[value] ?? 0) + 1;
  }
  for (const { value } of graph.outputs) uses[value] = (uses[value] ?? 0) + 1;
  for (const { value, role, next } of graph.slots) {
    isSlot[value] = 1;
    if (role === "parameter") isParameter[value] = 1;
    if (next !== undefined) uses[next] = (uses[next] ?? 0) + 1;
  }
  return { producer, uses, isSlot, isParameter };
}
