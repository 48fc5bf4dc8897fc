import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import type { GraphIndex } from "../ir/graph-index.js";
import { keepsStatistics } from "../ops/batch-statistics.js";
import { findOp } from "../ops/registry.js";
import { isNoOp } from "./no-ops.js";

/** The layer into which a batch norm after it can be folded. */
export interface FoldedNorm {
  readonly layer: Node;
  /** The axis of its weight for the output channels. */
  readonly axis: number;
  /** Whether no other norm is between the two: then this one removes the layer's bias, or adds one. */
  readonly isFirst: boolean;
}

/** The axis of the layer's weight for its output channels. */
const channelsOf = (layer: Node, outputRank: number): number | undefined =>
  findOp(layer.op)?.outputChannels(layer.attributes, outputRank);

const parametersAreSlots = ({ inputs }: Node, { isSlot }: GraphIndex): boolean =>
  inputs.slice(1).every((value) => isSlot[value] === 1);

/**
 * The layer that a batch norm folds into. Used by the pass that folds, the counters that expect folding, and the lint for
 * biases before batch norms. Nothing else may read the values between; no-ops and norms that fold themselves may be between.
 */
export function foldedNorm(graph: Graph, norm: Node, index: GraphIndex): FoldedNorm | undefined {
  if (!keepsStatistics(norm) || !parametersAreSlots(norm, index)) return undefined;
  const { length: rank } = typeOf(graph, norm.outputs[0] as ValueId).shape;
  let isFirst = true;
  let value = norm.inputs[0] as ValueId;
  for (;;) {
    const node = graph.nodes[index.producer[value] ?? -1];
    if (node === undefined || index.uses[value] !== 1) return undefined;
    const axis = channelsOf(node, rank);
    if (axis !== undefined) return parametersAreSlots(node, index) ? { layer: node, axis, isFirst } : undefined;
    const isNorm = keepsStatistics(node) && parametersAreSlots(node, index);
    if (!isNorm && !isNoOp(graph, node)) return undefined;
    if (isNorm) isFirst = false;
    value = node.inputs[0] as ValueId;
  }
}
