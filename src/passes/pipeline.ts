import { cutDeadTaps } from "./cut-dead-taps.js";
import { foldBatchNorm } from "./fold-batch-norm.js";
import { foldConstants } from "./fold-constants.js";
import { removeDeadNodes } from "./remove-dead-nodes.js";
import { removeNoOps } from "./remove-no-ops.js";
import type { Pass, WeightedGraph, WeightValues } from "./weighted-graph.js";

export type OptimizeLevel = 0 | 1 | 2;

const rewrites = [removeDeadNodes, removeNoOps, foldBatchNorm, cutDeadTaps, foldConstants] as const;

/**
 * What `--optimize` runs, in order. 0 changes nothing, so that the file has every layer as it was written; 1 leaves out
 * what costs time and changes no result. 2 is 1 for now: the place for rewrites that need longer or help only some runtimes.
 */
export const pipelines: Readonly<Record<OptimizeLevel, readonly Pass[]>> = { 0: [], 1: rewrites, 2: rewrites };

/** Runs the passes of a level. */
export function optimize<W extends WeightValues>(model: WeightedGraph<W>, level: OptimizeLevel): WeightedGraph<W> {
  return pipelines[level].reduce((current, pass) => pass.run(current), model);
}
