import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { dtypeBytes, elementCount } from "../ir/shape.js";
import { findOp } from "../ops/registry.js";

/** The most bytes that activations take at once, and the node during which they do. */
export interface PeakMemory {
  readonly bytes: number;
  /** Path of the node; undefined for a network without nodes. */
  readonly at: string | undefined;
}

export interface PeakMemoryOptions {
  /** Let activations, batch norms and views write over their input when nobody reads it any more. */
  readonly inPlace: boolean;
  /** Looks for the peak among these nodes only (all are still run). */
  readonly among?: (node: Node) => boolean;
}

/**
 * Peak of the activations by liveness, batch 1: nodes run in emitted order, a value is held from the node that makes it to
 * the last that reads it, inputs from the start, outputs to the end. Weights are not activations.
 */
export function peakMemory(graph: Graph, options: PeakMemoryOptions): PeakMemory {
  const bytesOf = (value: ValueId): number => {
    const { shape, dtype } = typeOf(graph, value);
    return elementCount(shape) * dtypeBytes[dtype];
  };
  const never = -1;
  const toTheEnd = graph.nodes.length;
  const lastUse = new Int32Array(graph.types.length).fill(never);
  for (const [i, node] of graph.nodes.entries()) for (const value of node.inputs) lastUse[value] = i;
  for (const { value } of graph.outputs) lastUse[value] = toTheEnd;
  // Slots are never freed; a given input may be somebody else's, so nothing is written over it.
  const given = new Set<ValueId>();
  for (const { value } of graph.slots) lastUse[value] = toTheEnd;
  for (const { value } of graph.inputs) given.add(value);

  let held = 0;
  for (const value of given) held += bytesOf(value);
  let peak: PeakMemory = { bytes: options.among === undefined ? held : 0, at: undefined };
  for (const [i, node] of graph.nodes.entries()) {
    const made = node.outputs.reduce((sum, value) => sum + bytesOf(value), 0);
    const op = findOp(node.op);
    invariant(op !== undefined, `node ${node.path} has an unknown op "${node.op}"`, node.span);
    const first = node.inputs[0];
    const reuses =
      options.inPlace &&
      op.inPlace &&
      first !== undefined &&
      lastUse[first] === i &&
      !given.has(first) &&
      bytesOf(first) === made;
    const during = held + (reuses ? 0 : made);
    if (during > peak.bytes && (options.among === undefined || options.among(node))) {
      peak = { bytes: during, at: node.path };
    }
    held += made;
    for (const value of new Set(node.inputs)) if (lastUse[value] === i) held -= bytesOf(value);
    for (const value of node.outputs) if (lastUse[value] === never) held -= bytesOf(value);
  }
  return peak;
}
