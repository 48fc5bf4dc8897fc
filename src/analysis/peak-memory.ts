import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { dtypeBytes, elementCount } from "../ir/shape.js";
import { findOp } from "../ops/registry.js";

/** The largest total size of activations at one time, and the node during which it occurs. */
export interface PeakMemory {
  readonly bytes: number;
  /** Path of the node; undefined for a network without nodes. */
  readonly at: string | undefined;
}

export interface PeakMemoryOptions {
  /** Whether activations, batch norms and views overwrite an input that no later node reads. */
  readonly inPlace: boolean;
  /** Only these nodes can be the peak (all are still run). */
  readonly among?: (node: Node) => boolean;
}

/** Sizes and lifetimes of values. */
export interface Liveness {
  /** Bytes of each value, batch 1. */
  readonly bytes: Float64Array;
  /** Index of the last node that reads a value; -1 if none does, the number of nodes if it is kept to the end. */
  readonly lastUse: Int32Array;
}

const never = -1;

export function livenessOf(graph: Graph): Liveness {
  const bytes = new Float64Array(graph.types.length);
  for (let value = 0; value < bytes.length; value++) {
    const { shape, dtype } = typeOf(graph, value);
    bytes[value] = elementCount(shape) * dtypeBytes[dtype];
  }
  const lastUse = new Int32Array(graph.types.length).fill(never);
  for (let i = 0; i < graph.nodes.length; i++) {
    for (const value of graph.nodes[i]?.inputs ?? []) lastUse[value] = i;
  }
  // Weights are not activations: they are never freed here, and never counted.
  for (const { value } of [...graph.outputs, ...graph.slots]) lastUse[value] = graph.nodes.length;
  return { bytes, lastUse };
}

/**
 * Peak of the activations by liveness, batch 1: nodes run in emitted order. A value lives from the node that makes it to the
 * last that reads it, inputs from the start, outputs to the end.
 */
export function peakMemory(graph: Graph, options: PeakMemoryOptions, liveness = livenessOf(graph)): PeakMemory {
  const { lastUse } = liveness;
  const bytesOf = (value: ValueId): number => liveness.bytes[value] ?? 0;
  // The picture may belong to the caller: it is never overwritten.
  const given = new Set(graph.inputs.map(({ value }) => value));
  let held = 0;
  for (const value of given) held += bytesOf(value);
  let peakBytes = options.among === undefined ? held : 0;
  let peakAt: string | undefined;
  for (let i = 0; i < graph.nodes.length; i++) {
    const node = graph.nodes[i] as Node;
    let made = 0;
    for (const value of node.outputs) made += bytesOf(value);
    const first = node.inputs[0];
    const reuses =
      options.inPlace &&
      first !== undefined &&
      lastUse[first] === i &&
      !given.has(first) &&
      bytesOf(first) === made &&
      findOp(node.op)?.inPlace === true;
    const during = held + (reuses ? 0 : made);
    if (during > peakBytes && (options.among === undefined || options.among(node))) {
      peakBytes = during;
      peakAt = node.path;
    }
    held += made;
    for (let at = 0; at < node.inputs.length; at++) {
      const value = node.inputs[at] as ValueId;
      // x + x reads one value twice, but frees it once.
      if (lastUse[value] === i && node.inputs.indexOf(value) === at) held -= bytesOf(value);
    }
    for (const value of node.outputs) if (lastUse[value] === never) held -= bytesOf(value);
  }
  return { bytes: peakBytes, at: peakAt };
}
