import { cutDeadTaps } from "./cut-dead-taps.js";
import { foldBatchNorm } from "./fold-batch-norm.js";
import { foldConstants } from "./fold-constants.js";
import { type Block, layOutChannels } from "./lay-out-channels.js";
import { mergeBranches } from "./merge-branches.js";
import { removeDeadNodes } from "./remove-dead-nodes.js";
import { removeNoOps } from "./remove-no-ops.js";
import type { Pass, WeightedGraph, WeightValues } from "./weighted-graph.js";

export const optimizeLevels = [0, 1, 2] as const;

export type OptimizeLevel = (typeof optimizeLevels)[number];

/** The levels of targets whose runtimes have no blocked layout. */
export const levelsWithoutLayout = [0, 1] as const;

export const blocks = [8, 16] as const satisfies readonly Block[];

/** AVX-512; it fits runtimes with blocks of 8 too, at the price of some products. Bytes never depend on the machine that builds. */
export const usualBlock: Block = 16;

export const isBlock = (block: number): block is Block => (blocks as readonly number[]).includes(block);

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
 * time without changing results; 2 lays out channels as runtimes with blocked layouts like them.
 */
const pipelineOf = (level: OptimizeLevel, block: Block): readonly Pass[] =>
  ({ 0: [], 1: rewrites, 2: [...rewrites, layOutChannels(block)] })[level];

/** Receives the result of each pass, by its name; the same model again if there was nothing to do. */
export type WatchPass<W extends WeightValues> = (name: string, model: WeightedGraph<W>) => void;

/** Runs the passes of a level. */
export function optimize<W extends WeightValues>(
  model: WeightedGraph<W>,
  level: OptimizeLevel,
  block: Block = usualBlock,
  watch: WatchPass<W> = () => {},
): WeightedGraph<W> {
  return pipelineOf(level, block).reduce((current, pass) => {
    const next = pass.run(current);
    watch(pass.name, next);
    return next;
  }, model);
}
