import { cutDeadTaps } from "./cut-dead-taps.js";
import { foldBatchNorm } from "./fold-batch-norm.js";
import { foldConstants } from "./fold-constants.js";
import { removeDeadNodes } from "./remove-dead-nodes.js";
import { removeNoOps } from "./remove-no-ops.js";
import type { Pass, WeightedGraph, WeightValues } from "./weighted-graph.js";

export const optimizeLevels = [0, 1] as const;

export type OptimizeLevel = (typeof optimizeLevels)[number];

/** The place for rewrites that need longer or help only some runtimes: it is refused till there are some. */
export const laterLevel = 2;

export const isOptimizeLevel = (level: number): level is OptimizeLevel =>
  (optimizeLevels as readonly number[]).includes(level);

const rewrites = [removeDeadNodes, removeNoOps, foldBatchNorm, cutDeadTaps, foldConstants] as const;

/**
 * What `--optimize` runs, in order. 0 changes nothing, so that the file has every layer as it was written; 1 leaves out
 * what costs time and changes no result.
 */
export const pipelines: Readonly<Record<OptimizeLevel, readonly Pass[]>> = { 0: [], 1: rewrites };

/** Runs the passes of a level. */
export function optimize<W extends WeightValues>(model: WeightedGraph<W>, level: OptimizeLevel): WeightedGraph<W> {
  return pipelines[level].reduce((current, pass) => pass.run(current), model);
}
