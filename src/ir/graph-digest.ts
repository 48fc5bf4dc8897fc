import { sha256 } from "../formats/digest.js";
import type { Graph } from "./graph.js";
import { printGraph } from "./text.js";

/**
 * Digest over what a network computes: its layers with paths and sizes, its name, and its picture's normalisation.
 * Initialisers, class names and the source text do not affect it.
 */
export function graphDigest(graph: Graph): string {
  const bare: Graph = {
    ...graph,
    slots: graph.slots.map((slot) => ({ ...slot, initializer: { kind: "constant", value: 0 } })),
    outputs: graph.outputs.map(({ labels: _, ...output }) => output),
  };
  return sha256([printGraph(bare)]);
}
