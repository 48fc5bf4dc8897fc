import { isProblem } from "../diagnostics/diagnostic.js";
import { elementCount, type Shape, type TensorType } from "../ir/shape.js";
import { attributesOf } from "./attributes.js";
import { viewAlong } from "./axes.js";
import { batchNormTypes } from "./batch-norm.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, type OnnxBuilder, type Tensor, work } from "./contracts.js";
import { arithmetic, reshapeTo, sizesOf } from "./gradient-arithmetic.js";
import { notReadBack } from "./onnx-node.js";
import { reduceNode } from "./reduction.js";
import { alongAxes, mixed } from "./spatial.js";
import type { Register } from "./tfjs/builder.js";
import { asMap, fusedTypes, nothing } from "./tfjs/fused-batch-norm.js";
import { notInTorch } from "./torch/lowering.js";

const attributes = attributesOf({ epsilon: { kind: "float", min: 0, doc: "added to the variance" } });

/** The axes other than the channel axis, and a shape in which a vector [C] broadcasts over the tensor. */
export function channelAxes(rank: number): { readonly others: readonly number[]; readonly spread: readonly number[] } {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return { others: axes.filter((axis) => axis !== 1), spread: axes.map((axis) => (axis === 1 ? -1 : 1)) };
}

/** Whether batched dot products of maps are faster than a product and a sum: not for many small maps. */
export const hasLargeMaps = (shape: Shape): shape is readonly number[] =>
  shape.every((size) => typeof size === "number") && elementCount(shape.slice(2)) >= 256;

/** Sum of a * b over all axes but the channels, [C], for tensors of this shape. */
export function dotOfMaps(onnx: OnnxBuilder, a: string, b: string, shape: readonly number[]): string {
  const [batch = 1, channels = 1, ...map] = shape;
  const one = (op: string, inputs: readonly string[], attributes = {}): string =>
    onnx.node(op, inputs, attributes)[0] ?? "";
  const rows = (value: string): string =>
    one("Reshape", [value, onnx.int64s([batch * channels, 1, elementCount(map)])]);
  const dots = one("MatMul", [rows(a), one("Transpose", [rows(b)], { perm: [0, 2, 1] })]);
  const ofMaps = one("Reshape", [dots, onnx.int64s([batch, channels])]);
  return reduceNode(onnx, { type: "ReduceSum", axesInputSince: 13 }, ofMaps, [0], false);
}

/** Mean and biased variance per channel, in two passes. */
function channelMoments({ shape, data }: Tensor): { readonly means: Float64Array; readonly variances: Float64Array } {
  const { outer, length: channels, inner } = viewAlong(shape, 1);
  const [means, variances] = [new Float64Array(channels), new Float64Array(channels)];
  const fold = (into: Float64Array, of: (x: number, channel: number) => number): void => {
    for (const [i, x] of data.entries()) {
      const channel = Math.floor(i / inner) % channels;
      into[channel] = (into[channel] as number) + of(x, channel) / (outer * inner);
    }
  };
  fold(means, (x) => x);
  fold(variances, (x, channel) => (x - (means[channel] as number)) ** 2);
  return { means, variances };
}

/**
 * batch_norm in training mode: normalises by the batch's statistics, which are also results. Running statistics are updated by
 * other nodes of the graph.
 */
export const batchNormTraining = defineOp({
  name: "batch_norm_training",
  family: "training",
  doc: "(x - mean) / sqrt(variance + epsilon) * weight + bias, by the batch's own mean and biased variance.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
    { name: "bias", role: "parameter" },
  ],
  results: ["output", "mean", "variance"],
  attributes,
  surfaces: [],
  slots: ([input]) => {
    const type = { dtype: "float32", shape: [(input as TensorType).shape[1] as number] } as const;
    const constant = (value: number) => ({ type, initializer: { kind: "constant", value } as const });
    return { weight: constant(1), bias: constant(0) };
  },
  inferTypes: ([input], _) => {
    const types = batchNormTypes("batch_norm_training", input as TensorType);
    if (isProblem(types)) return types;
    const { dtype, shape } = input as TensorType;
    const perChannel = { dtype, shape: [shape[1] as number] };
    return [...types, perChannel, perChannel];
  },
  work: ([input]) => {
    const [elements, channels] = [elementCount((input as TensorType).shape), (input as TensorType).shape[1] as number];
    // Per element: mean, centring, squares, variance, scale and shift; per channel: a square root and a division.
    return work({ adds: 4 * elements, multiplies: 2 * elements, divisions: 3 * channels, roots: channels });
  },
  evaluate: (inputs, { epsilon }) => {
    const [input, weight, bias] = inputs as readonly [Tensor, Tensor, Tensor];
    const { inner, length: channels } = viewAlong(input.shape, 1);
    const { means, variances } = channelMoments(input);
    const out = input.data.map((x, i) => {
      const channel = Math.floor(i / inner) % channels;
      const deviation = Math.sqrt((variances[channel] as number) + epsilon);
      const scale = (weight.data[channel] as number) / deviation;
      return (x - (means[channel] as number)) * scale + (bias.data[channel] as number);
    });
    const perChannel = (data: Float64Array): Tensor => ({ shape: [channels], data });
    return [{ shape: input.shape, data: out }, perChannel(means), perChannel(variances)];
  },
  gradient: (builder, { inputs, outputs }, [forOutput, forMean, forVariance], { epsilon }) => {
    const [x, weight] = inputs as readonly [number, number];
    const [, mean, variance] = outputs as readonly [number, number, number];
    const { add, mul, number, sub } = arithmetic(builder);
    const sizes = sizesOf(builder, x);
    const count = sizes.reduce((product, size) => product * size, 1) / (sizes[1] as number);
    const spread = (value: number): number =>
      reshapeTo(
        builder,
        value,
        sizes.map((size, axis) => (axis === 1 ? size : 1)),
      );
    const sums: number[] = [];
    const gradients =
      forOutput === undefined
        ? []
        : builder.nodes("batch_norm_gradient", [x, weight, mean, variance, forOutput], { epsilon });
    if (gradients[0] !== undefined) sums.push(gradients[0]);
    // d mean / dx = 1 / M, d variance / dx = 2 (x - mean) / M.
    if (forMean !== undefined) sums.push(spread(mul(forMean, number(1 / count))));
    if (forVariance !== undefined) {
      sums.push(mul(sub(x, spread(mean)), spread(mul(forVariance, number(2 / count)))));
    }
    const total = sums.reduce((a, b) => add(b, a));
    const [forX] = sizesOf(builder, total).every((size, axis) => size === sizes[axis])
      ? [total]
      : [builder.node("broadcast_to", [total], { sizes })];
    return [forX, gradients[1], gradients[2]];
  },
  // Moments in two passes, then BatchNormalization in inference mode with them. Its training mode is missing in some providers,
  // and ONNX Runtime lets its statistics overwrite its inputs.
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, { inputs: [x = "", weight = "", bias = ""], outputs, inputTypes }, { epsilon }) => {
    const [output = "", mean = "", variance = ""] = outputs;
    const { shape } = inputTypes[0] as TensorType;
    const { others, spread } = channelAxes(shape.length);
    const meanOf = (value: string, result: string): string =>
      reduceNode(onnx, { type: "ReduceMean", axesInputSince: 18 }, value, others, false, [result]);
    const [around = ""] = onnx.node("Reshape", [meanOf(x, mean), onnx.int64s(spread)]);
    const [centred = ""] = onnx.node("Sub", [x, around]);
    if (hasLargeMaps(shape)) {
      const perElement = onnx.floats((shape[1] as number) / elementCount(shape));
      onnx.node("Mul", [dotOfMaps(onnx, centred, centred, shape), perElement], {}, [variance]);
    } else meanOf(onnx.node("Mul", [centred, centred])[0] ?? "", variance);
    const attributes = { epsilon: { float: epsilon } };
    onnx.node("BatchNormalization", [x, weight, bias, mean, variance], attributes, [output]);
  },
  lowerToTorch: notInTorch("nn.BatchNorm2d normalises by the batch itself, in training"),
  lowerToTfjs: (tfjs, { inputs: [x, weight, bias], outputs }, a) => {
    const map = asMap(tfjs, x);
    const empty = nothing(tfjs);
    const operands = [map.of(x), tfjs.plain(weight), tfjs.plain(bias), empty, empty];
    const told = { ...fusedTypes, epsilon: { float: a.epsilon }, exponential_avg_factor: { float: 1 } };
    const sizes = tfjs.sizesOf(x);
    const count = elementCount(sizes) / (sizes[1] as number);
    const [y, mean, variance] = tfjs.native("FusedBatchNormV3", operands, told, count);
    map.set(outputs[0], y as Register);
    tfjs.set(outputs[1], mean as Register);
    tfjs.set(outputs[2], variance as Register);
  },
  window: () => undefined,
  spatial: (inputs) => alongAxes(inputs.slice(0, 1), (axis) => (axis === 1 ? undefined : mixed(axis))),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "statistics" },
  inPlace: false,
});
