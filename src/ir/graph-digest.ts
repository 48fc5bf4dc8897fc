import { sha256 } from "../formats/digest.js";
import type { Graph } from "./graph.js";
import { printGraph } from "./text.js";

/**
 * Digest over what a network computes: its layers, their paths and sizes, its name, how its picture is normalised. How weights
 * begin, and what the classes are called, make no other network; nor does the source text around it.
 */
export function graphDigest(graph: Graph): string {
  const bare: Graph = {
    ...graph,
    slots: graph.slots.map((slot) => ({ ...slot, initializer: { kind: "constant", value: 0 } })),
    outputs: graph.outputs.map(({ labels: _, ...output }) => output),
  };
  return sha256([printGraph(bare)]);
}
