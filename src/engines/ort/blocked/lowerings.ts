import type { OpName } from "../../../ops/registry.js";
import { batchNormByProducts, batchNormGradient } from "./batch-norm.js";
import { batchNormByRows, batchNormByRowsGradient } from "./batch-norm-by-rows.js";
import { channelShuffle, concat, identity, slice, split } from "./channels.js";
import { dense, denseInputGradient, denseWeightGradient } from "./dense-convolution.js";
import { depthwise, depthwiseInputGradient, depthwiseWeightGradient } from "./depthwise-convolution.js";
import { elementwise, inside } from "./elementwise.js";
import { foldedBatchNorm, foldedBatchNormGradient } from "./folded-norm.js";
import type { Lowering } from "./lowering.js";
import { phasedInputGradient } from "./phase-convolution.js";
import { batchNormBeforePool, batchNormBeforePoolGradient } from "./pooled-norm.js";
import { avgPool, maxPool, maxPoolInputGradient } from "./pooling.js";
import { broadcastTo, globalAvgPool, reduceMean, reduceSum } from "./reductions.js";
import { winograd, winogradInputGradient, winogradWeightGradient } from "./winograd-convolution.js";

const elementwiseOps: readonly OpName[] = [
  ...(["relu", "relu6", "mish", "silu", "sigmoid", "tanh", "softplus", "hard_sigmoid", "hard_swish"] as const),
  ...(["exp", "log", "sqrt", "neg", "abs", "square", "clip", "add", "sub", "mul", "div", "pow"] as const),
  ...(["maximum", "minimum", "greater", "greater_equal", "less", "less_equal", "equal", "where"] as const),
];

/** The lowerings of each op in the blocked layout, best first. Other ops use their portable form. */
const lowerings: Partial<Readonly<Record<OpName, readonly Lowering[]>>> = {
  ...(Object.fromEntries(elementwiseOps.map((op) => [op, [elementwise]])) as Partial<Record<OpName, Lowering[]>>),
  inside: [inside, elementwise],
  conv2d: [depthwise, winograd, dense],
  conv2d_input_gradient: [depthwiseInputGradient, winogradInputGradient, phasedInputGradient, denseInputGradient],
  conv2d_weight_gradient: [depthwiseWeightGradient, winogradWeightGradient, denseWeightGradient],
  batch_norm_training: [batchNormBeforePool, foldedBatchNorm, batchNormByProducts, batchNormByRows],
  batch_norm_gradient: [
    batchNormBeforePoolGradient,
    foldedBatchNormGradient,
    batchNormByRowsGradient,
    batchNormGradient,
  ],
  concat: [concat],
  split: [split],
  slice: [slice],
  channel_shuffle: [channelShuffle],
  identity: [identity],
  max_pool: [maxPool],
  avg_pool: [avgPool],
  max_pool_input_gradient: [maxPoolInputGradient],
  global_avg_pool: [globalAvgPool],
  reduce_mean: [reduceMean],
  reduce_sum: [reduceSum],
  broadcast_to: [broadcastTo],
};

/** The ops with a lowering in the blocked layout. */
export const blockedOps = Object.keys(lowerings) as readonly OpName[];

export const loweringsOf = (op: string): readonly Lowering[] =>
  (Object.hasOwn(lowerings, op) ? lowerings[op as OpName] : undefined) ?? [];
