import { type Graph, typeOf } from "../ir/graph.js";
import { dtypeBytes, elementCount } from "../ir/shape.js";
import type { Layer } from "./layers.js";

/** A network's parameters and statistics, in elements. */
export interface Params {
  /** Trained numbers of the deployed network; shared ones count once. */
  readonly total: number;
  /** Trained numbers that exist only in training: auxiliary heads. */
  readonly trainingOnly: number;
  /** Statistics updated by training and used at inference. */
  readonly buffers: number;
  /** Trained numbers by the op that uses them first. */
  readonly byOp: Readonly<Record<string, number>>;
}

/** Counts the slots of a graph; `training` is the training form of the same model, if there is one. */
export function countParams(graph: Graph, layers: readonly Layer[], training?: Graph): Params {
  let total = 0;
  let buffers = 0;
  for (const slot of graph.slots) {
    const elements = elementCount(typeOf(graph, slot.value).shape);
    if (slot.role === "parameter") total += elements;
    else if (slot.role === "statistic") buffers += elements;
  }
  const byOp: Record<string, number> = {};
  for (const { opName, params } of layers) {
    if (params > 0) byOp[opName] = (byOp[opName] ?? 0) + params;
  }
  return { total, trainingOnly: training === undefined ? 0 : onlyIn(training, graph), buffers, byOp };
}

/** Parameters of `training` that `deployed` lacks, by name. */
function onlyIn(training: Graph, deployed: Graph): number {
  const kept = new Set(deployed.slots.map((slot) => slot.name));
  let more = 0;
  for (const slot of training.slots) {
    if (slot.role === "parameter" && !kept.has(slot.name)) more += elementCount(typeOf(training, slot.value).shape);
  }
  return more;
}

/** Bytes of the trained numbers, each in its own type (float32 unless a pass changed it). */
export function paramBytes(graph: Graph): number {
  let bytes = 0;
  for (const slot of graph.slots) {
    const { shape, dtype } = typeOf(graph, slot.value);
    if (slot.role === "parameter") bytes += elementCount(shape) * dtypeBytes[dtype];
  }
  return bytes;
}
