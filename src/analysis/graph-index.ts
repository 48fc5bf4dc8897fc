import type { Graph } from "../ir/graph.js";

/** Who makes and who reads each value; read off once, in time linear in the graph. */
export interface GraphIndex {
  /** Index of the node that makes a value, -1 for inputs and slots. */
  readonly producer: Int32Array;
  /** How often a value is read: by nodes, and once for each graph output. */
  readonly uses: Int32Array;
  /** 1 for values that are trained parameters. */
  readonly isParameter: Uint8Array;
}

export function indexGraph(graph: Graph): GraphIndex {
  const producer = new Int32Array(graph.types.length).fill(-1);
  const uses = new Int32Array(graph.types.length);
  const isParameter = new Uint8Array(graph.types.length);
  for (let i = 0; i < graph.nodes.length; i++) {
    const node = graph.nodes[i];
    if (node === undefined) continue;
    for (const value of node.outputs) producer[value] = i;
    for (const value of node.inputs) uses[value] = (uses[value] ?? 0) + 1;
  }
  for (const { value } of graph.outputs) uses[value] = (uses[value] ?? 0) + 1;
  for (const { value, role } of graph.slots) if (role === "parameter") isParameter[value] = 1;
  return { producer, uses, isParameter };
}
