import type { Graph } from "../../../ir/graph.js";
import type { OpName } from "../../../ops/registry.js";
import { batchNorm, batchNormGradient, batchNormTraining } from "./batch-norm.js";
import {
  broadcastTo,
  channelShuffle,
  concat,
  constant,
  globalAvgPool,
  identity,
  linear,
  matmul,
  pad,
  reduction,
  reshape,
  slice,
  split,
  transpose,
} from "./channels.js";
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from "./convolution.js";
import {
  binary,
  clip,
  gated,
  hardGate,
  hardSigmoid,
  inside,
  mishGate,
  mul,
  sigmoidGate,
  unary,
  where,
} from "./elementwise.js";
import { adaptiveAvgPool, avgPool, avgPoolInputGradient, maxPool, maxPoolInputGradient } from "./pooling.js";
import type { Lowering } from "./site.js";
import { logNotSoftmax, logNotSoftmaxGradient, logSoftmax, softmax } from "./softmax.js";

/**
 * Ops in kernels of TensorFlow.js; the engine refuses a step with another one, by its name. (Once a second target needs them,
 * they become `lowerToTfjs` of the op files.)
 */
export const lowerings: Readonly<Partial<Record<OpName, Lowering>>> = {
  conv2d,
  conv2d_input_gradient: conv2dInputGradient,
  conv2d_weight_gradient: conv2dWeightGradient,
  linear,
  matmul,
  batch_norm: batchNorm,
  batch_norm_training: batchNormTraining,
  batch_norm_gradient: batchNormGradient,
  max_pool: maxPool,
  max_pool_input_gradient: maxPoolInputGradient,
  avg_pool: avgPool,
  avg_pool_input_gradient: avgPoolInputGradient,
  global_avg_pool: globalAvgPool,
  adaptive_avg_pool: adaptiveAvgPool,
  relu: unary("Relu"),
  relu6: unary("Relu6"),
  mish: gated(mishGate),
  silu: gated(sigmoidGate),
  sigmoid: unary("Sigmoid"),
  tanh: unary("Tanh"),
  softplus: unary("Softplus"),
  hard_sigmoid: hardSigmoid,
  hard_swish: gated(hardGate),
  exp: unary("Exp"),
  log: unary("Log"),
  sqrt: unary("Sqrt"),
  neg: unary("Neg"),
  abs: unary("Abs"),
  square: unary("Square"),
  clip,
  inside,
  add: binary("Add"),
  sub: binary("Sub"),
  mul,
  div: binary("RealDiv"),
  pow: binary("Pow"),
  maximum: binary("Maximum"),
  minimum: binary("Minimum"),
  greater: binary("Greater"),
  less: binary("Less"),
  equal: binary("Equal"),
  where,
  identity,
  // Training multiplies by masks, which are inputs of the step.
  dropout: identity,
  drop_path: identity,
  flatten: reshape,
  reshape,
  transpose,
  concat,
  split,
  slice,
  pad,
  channel_shuffle: channelShuffle,
  broadcast_to: broadcastTo,
  constant,
  softmax,
  log_softmax: logSoftmax,
  log_not_softmax: logNotSoftmax,
  log_not_softmax_gradient: logNotSoftmaxGradient,
  reduce_sum: reduction("Sum"),
  reduce_mean: reduction("Mean"),
  reduce_max: reduction("Max"),
  reduce_min: reduction("Min"),
};

/** The first op of a graph that has no kernels here; undefined where all have. */
export const opWithoutKernels = ({ nodes }: Graph): string | undefined =>
  nodes.find(({ op }) => lowerings[op as OpName] === undefined)?.op;
