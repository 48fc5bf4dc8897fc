import type { Graph } from "./graph.js";

/** Who makes and who reads each value; read off once, in time linear in the graph. */
export interface GraphIndex {
  /** Index of the node that makes a value, -1 for inputs and slots. */
  readonly producer: Int32Array;
  /** How often a value is read: by nodes, and once for each graph output and each slot that it is the next value of. */
  readonly uses: Int32Array;
  /** 1 for values that a slot holds, and for those of them that are trained. */
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
