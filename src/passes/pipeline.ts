import { cutDeadTaps } from "./cut-dead-taps.js";
import { foldBatchNorm } from "./fold-batch-norm.js";
import { foldConstants } from "./fold-constants.js";
import { mergeBranches } from "./merge-branches.js";
import { removeDeadNodes } from "./remove-dead-nodes.js";
import { removeNoOps } from "./remove-no-ops.js";
import type { Pass, WeightedGraph, WeightValues } from "./weighted-graph.js";

export const optimizeLevels = [0, 1] as const;

export type OptimizeLevel = (typeof optimizeLevels)[number];

/** Reserved for rewrites that take longer or help only some runtimes: rejected while there are none. */
export const laterLevel = 2;

export const isOptimizeLevel = (level: number): level is OptimizeLevel =>
  (optimizeLevels as readonly number[]).includes(level);

// A batch norm of a sum of branches folds only into the merged convolution.
const rewrites = [
  removeDeadNodes,
  removeNoOps,
  foldBatchNorm,
  mergeBranches,
  foldBatchNorm,
  cutDeadTaps,
  foldConstants,
] as const;

/**
 * The passes of `--optimize`, in order. 0 changes nothing, so that the file has every layer of the source; 1 removes what costs
 * time without changing results.
 */
export const pipelines: Readonly<Record<OptimizeLevel, readonly Pass[]>> = { 0: [], 1: rewrites };

/** Runs the passes of a level. */
export function optimize<W extends WeightValues>(model: WeightedGraph<W>, level: OptimizeLevel): WeightedGraph<W> {
  return pipelines[level].reduce((current, pass) => pass.run(current), model);
}
