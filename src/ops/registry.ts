import { invariant } from "../diagnostics/invariant.js";
import { abs } from "./abs.js";
import { adaptiveAvgPool } from "./adaptive-avg-pool.js";
import { adaptiveMaxPool } from "./adaptive-max-pool.js";
import { add } from "./add.js";
import { avgPool } from "./avg-pool.js";
import { avgPoolInputGradient } from "./avg-pool-input-gradient.js";
import { batchNorm } from "./batch-norm.js";
import { batchNormGradient } from "./batch-norm-gradient.js";
import { batchNormTraining } from "./batch-norm-training.js";
import { broadcastTo } from "./broadcast-to.js";
import { celu } from "./celu.js";
import { channelShuffle } from "./channel-shuffle.js";
import { clip } from "./clip.js";
import { concat } from "./concat.js";
import { constant } from "./constant.js";
import type { AnyOp, OpFamily } from "./contracts.js";
import { conv2d } from "./conv2d.js";
import { conv2dInputGradient } from "./conv2d-input-gradient.js";
import { conv2dTranspose } from "./conv2d-transpose.js";
import { conv2dWeightGradient } from "./conv2d-weight-gradient.js";
import { cumsum } from "./cumsum.js";
import { div } from "./div.js";
import { dropPath } from "./drop-path.js";
import { dropout } from "./dropout.js";
import { elu } from "./elu.js";
import { equal } from "./equal.js";
import { erf } from "./erf.js";
import { exp } from "./exp.js";
import { flatten } from "./flatten.js";
import { gather } from "./gather.js";
import { gelu } from "./gelu.js";
import { globalAvgPool } from "./global-avg-pool.js";
import { greater } from "./greater.js";
import { greaterEqual } from "./greater-equal.js";
import { groupNorm } from "./group-norm.js";
import { hardSigmoid } from "./hard-sigmoid.js";
import { hardSwish } from "./hard-swish.js";
import { identity } from "./identity.js";
import { inside } from "./inside.js";
import { instanceNorm } from "./instance-norm.js";
import { layerNorm } from "./layer-norm.js";
import { leakyRelu } from "./leaky-relu.js";
import { less } from "./less.js";
import { lessEqual } from "./less-equal.js";
import { linear } from "./linear.js";
import { localResponseNorm } from "./local-response-norm.js";
import { log } from "./log.js";
import { logNotSoftmax } from "./log-not-softmax.js";
import { logNotSoftmaxGradient } from "./log-not-softmax-gradient.js";
import { logSoftmax } from "./log-softmax.js";
import { logicalAnd } from "./logical-and.js";
import { logicalNot } from "./logical-not.js";
import { logicalOr } from "./logical-or.js";
import { matmul } from "./matmul.js";
import { maxPool } from "./max-pool.js";
import { maxPoolInputGradient } from "./max-pool-input-gradient.js";
import { maximum } from "./maximum.js";
import { minimum } from "./minimum.js";
import { mish } from "./mish.js";
import { mul } from "./mul.js";
import { neg } from "./neg.js";
import { notEqual } from "./not-equal.js";
import { pad } from "./pad.js";
import { pow } from "./pow.js";
import { prelu } from "./prelu.js";
import { reduceMax } from "./reduce-max.js";
import { reduceMean } from "./reduce-mean.js";
import { reduceMin } from "./reduce-min.js";
import { reduceSum } from "./reduce-sum.js";
import { reflectionPad } from "./reflection-pad.js";
import { relu } from "./relu.js";
import { relu6 } from "./relu6.js";
import { replicationPad } from "./replication-pad.js";
import { reshape } from "./reshape.js";
import { resize } from "./resize.js";
import { selu } from "./selu.js";
import { sigmoid } from "./sigmoid.js";
import { silu } from "./silu.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { split } from "./split.js";
import { sqrt } from "./sqrt.js";
import { square } from "./square.js";
import { sub } from "./sub.js";
import type { AnySurface } from "./surface.js";
import { tanh } from "./tanh.js";
import { transpose } from "./transpose.js";
import { where } from "./where.js";

/** The ops of networks: `.lfer` can write them, and counting conventions have rules for them. */
export const layerOps = {
  conv2d,
  conv2d_transpose: conv2dTranspose,
  linear,
  matmul,
  batch_norm: batchNorm,
  layer_norm: layerNorm,
  group_norm: groupNorm,
  instance_norm: instanceNorm,
  local_response_norm: localResponseNorm,
  relu,
  relu6,
  leaky_relu: leakyRelu,
  prelu,
  elu,
  celu,
  selu,
  gelu,
  mish,
  silu,
  sigmoid,
  tanh,
  softplus,
  hard_sigmoid: hardSigmoid,
  hard_swish: hardSwish,
  erf,
  exp,
  log,
  sqrt,
  neg,
  abs,
  square,
  clip,
  identity,
  dropout,
  drop_path: dropPath,
  max_pool: maxPool,
  avg_pool: avgPool,
  global_avg_pool: globalAvgPool,
  adaptive_avg_pool: adaptiveAvgPool,
  adaptive_max_pool: adaptiveMaxPool,
  flatten,
  reshape,
  transpose,
  concat,
  split,
  slice,
  resize,
  pad,
  reflection_pad: reflectionPad,
  replication_pad: replicationPad,
  channel_shuffle: channelShuffle,
  softmax,
  log_softmax: logSoftmax,
  log_not_softmax: logNotSoftmax,
  add,
  sub,
  mul,
  div,
  pow,
  maximum,
  minimum,
  reduce_sum: reduceSum,
  reduce_mean: reduceMean,
  reduce_max: reduceMax,
  reduce_min: reduceMin,
  cumsum,
  gather,
  greater,
  less,
  greater_equal: greaterEqual,
  less_equal: lessEqual,
  equal,
  not_equal: notEqual,
  logical_and: logicalAnd,
  logical_or: logicalOr,
  logical_not: logicalNot,
  where,
  constant,
} as const;

/** The ops of training only: differentiation creates them; they are neither written by users nor counted. */
export const gradientOps = {
  inside,
  broadcast_to: broadcastTo,
  conv2d_input_gradient: conv2dInputGradient,
  conv2d_weight_gradient: conv2dWeightGradient,
  max_pool_input_gradient: maxPoolInputGradient,
  avg_pool_input_gradient: avgPoolInputGradient,
  batch_norm_training: batchNormTraining,
  batch_norm_gradient: batchNormGradient,
  log_not_softmax_gradient: logNotSoftmaxGradient,
} as const;

/** All ops. An unknown name is an error, never a zero. */
export const ops = { ...layerOps, ...gradientOps } as const;

export type LayerOpName = keyof typeof layerOps;

/** In the order of the registry. */
export const layerOpNames = Object.keys(layerOps) as readonly LayerOpName[];

/** The families of ops in networks. */
export type LayerFamily = Exclude<OpFamily, "training">;

export function familyOf(name: LayerOpName): LayerFamily {
  const { family } = layerOps[name];
  invariant(family !== "training", `${name} is no op of networks`);
  return family;
}

export type OpName = keyof typeof ops;

/** Whether an op belongs to networks. */
export function isLayerOp(name: string): name is LayerOpName {
  return Object.hasOwn(layerOps, name);
}

/** The op of this name, or undefined. */
export function findOp(name: string): AnyOp | undefined {
  return Object.hasOwn(ops, name) ? (ops[name as OpName] as unknown as AnyOp) : undefined;
}

/** A name in `.lfer` and its op. */
export interface SurfaceEntry {
  readonly op: AnyOp;
  readonly surface: AnySurface;
}

/** All names of ops in `.lfer`. */
export const surfaces: ReadonlyMap<string, SurfaceEntry> = new Map(
  (Object.values(ops) as unknown as AnyOp[]).flatMap((op) =>
    op.surfaces.map((surface) => [surface.name, { op, surface }] as const),
  ),
);
