import { isProblem, problem } from "../diagnostics/diagnostic.js";
import { elementCount, sameShape, type TensorType } from "../ir/shape.js";
import { attributesOf } from "./attributes.js";
import { viewAlong } from "./axes.js";
import { batchNormTypes } from "./batch-norm.js";
import { channelAxes, dotOfMaps, hasLargeMaps } from "./batch-norm-training.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { notReadBack } from "./onnx-node.js";
import { reduceNode } from "./reduction.js";
import { alongAxes, mixed } from "./spatial.js";
import type { Register } from "./tfjs/builder.js";
import { asMap, fusedTypes, nothing } from "./tfjs/fused-batch-norm.js";
import { leftToAutograd } from "./torch/lowering.js";

const attributes = attributesOf({ epsilon: { kind: "float", min: 0, doc: "added to the variance" } });

/**
 * With z = (x - mean) / sqrt(variance + epsilon) and M elements per channel (Ioffe & Szegedy 2015): db = sum of dy, dw = sum of
 * dy * z, dx = w / sqrt(variance + epsilon) * (dy - db / M - z * dw / M).
 */
export const batchNormGradient = defineOp({
  name: "batch_norm_gradient",
  family: "training",
  doc: "The gradients of batch_norm_training for its input, weight and bias.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "tensor" },
    { name: "mean", role: "tensor" },
    { name: "variance", role: "tensor" },
    { name: "result_gradient", role: "tensor" },
  ],
  results: ["input_gradient", "weight_gradient", "bias_gradient"],
  attributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: (inputs) => {
    const [input, weight, mean, variance, g] = inputs as readonly [
      TensorType,
      TensorType,
      TensorType,
      TensorType,
      TensorType,
    ];
    const op = "batch_norm_gradient";
    const types = batchNormTypes(op, input);
    if (isProblem(types)) return types;
    const wrong = floatProblem(op, inputs);
    if (wrong) return wrong;
    const moving = input.shape.findIndex((dim) => typeof dim !== "number");
    if (moving >= 0) return problem("shape/needs-fixed-size", { op, axis: moving, actual: input.shape }, "input");
    const perChannel = { dtype: input.dtype, shape: [input.shape[1] as number] };
    const wanted = [perChannel, perChannel, perChannel, input];
    const names = ["weight", "mean", "variance", "result_gradient"];
    for (const [i, { shape: given }] of [weight, mean, variance, g].entries()) {
      const { shape: needed } = wanted[i] as TensorType;
      if (sameShape(given, needed)) continue;
      return problem("graph/wrong-operand", { op, input: names[i] ?? "", given, needed }, "input");
    }
    return [input, perChannel, perChannel];
  },
  work: ([input]) => {
    const [elements, channels] = [elementCount((input as TensorType).shape), (input as TensorType).shape[1] as number];
    return work({ adds: 5 * elements, multiplies: 4 * elements, divisions: 2 * channels, roots: channels });
  },
  evaluate: (inputs, { epsilon }) => {
    const [input, weight, mean, variance, g] = inputs as readonly [Tensor, Tensor, Tensor, Tensor, Tensor];
    const { outer, length: channels, inner } = viewAlong(input.shape, 1);
    const count = outer * inner;
    const channelOf = (i: number): number => Math.floor(i / inner) % channels;
    const inverse = variance.data.map((v) => 1 / Math.sqrt(v + epsilon));
    const z = input.data.map((x, i) => (x - (mean.data[channelOf(i)] as number)) * (inverse[channelOf(i)] as number));
    const [forWeight, forBias] = [new Float64Array(channels), new Float64Array(channels)];
    for (const [i, slope] of g.data.entries()) {
      const c = channelOf(i);
      forBias[c] = (forBias[c] as number) + slope;
      forWeight[c] = (forWeight[c] as number) + slope * (z[i] as number);
    }
    const forInput = g.data.map((slope, i) => {
      const c = channelOf(i);
      const centred = slope - ((forBias[c] as number) + (z[i] as number) * (forWeight[c] as number)) / count;
      return (weight.data[c] as number) * (inverse[c] as number) * centred;
    });
    const perChannel = (data: Float64Array): Tensor => ({ shape: [channels], data });
    return [{ shape: input.shape, data: forInput }, perChannel(forWeight), perChannel(forBias)];
  },
  gradient: notDifferentiable("first order only"),
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, { inputs, outputs, inputTypes }, { epsilon }) => {
    const [x = "", weight = "", mean = "", variance = "", g = ""] = inputs;
    const [forInput = "", forWeight = "", forBias = ""] = outputs;
    const one = (op: string, inputs: readonly string[], attributes = {}): string =>
      onnx.node(op, inputs, attributes)[0] ?? "";
    const shape = (inputTypes[0] as TensorType).shape as readonly number[];
    const channels = shape[1] as number;
    const { others, spread } = channelAxes(shape.length);
    const spreadOver = (value: string): string => one("Reshape", [value, onnx.int64s(spread)]);
    // dx = k * dy + c * x + d with k, c, d per channel: few passes over the maps.
    const inverse = one("Reciprocal", [one("Sqrt", [one("Add", [variance, onnx.floats(epsilon)])])]);
    const total = (value: string, results: readonly string[] | number): string =>
      reduceNode(onnx, { type: "ReduceSum", axesInputSince: 13 }, value, others, false, results);
    total(g, [forBias]);
    const products = hasLargeMaps(shape) ? dotOfMaps(onnx, g, x, shape) : total(one("Mul", [g, x]), 1);
    const centred = one("Sub", [products, one("Mul", [mean, forBias])]);
    onnx.node("Mul", [centred, inverse], {}, [forWeight]);
    const k = one("Mul", [weight, inverse]);
    const perCell = one("Mul", [k, onnx.floats(-channels / elementCount(shape))]);
    const c = one("Mul", [perCell, one("Mul", [forWeight, inverse])]);
    const d = one("Sub", [one("Mul", [perCell, forBias]), one("Mul", [c, mean])]);
    // BatchNormalization in inference mode scales and shifts in one pass.
    const all = (value: number): string => onnx.floats(Array.from({ length: channels }, () => value));
    const [straight = ""] = onnx.node("BatchNormalization", [x, c, d, all(0), all(1)], { epsilon: { float: 0 } });
    onnx.node("Add", [one("Mul", [g, spreadOver(k)]), straight], {}, [forInput]);
  },
  lowerToTorch: leftToAutograd,
  lowerToTfjs: (tfjs, { inputs: [x, weight, mean, variance, g], outputs }, { epsilon }) => {
    const map = asMap(tfjs, x);
    const empty = nothing(tfjs);
    const operands = [map.of(g), map.of(x), tfjs.plain(weight), tfjs.plain(mean), tfjs.plain(variance), empty];
    const told = { ...fusedTypes, epsilon: { float: epsilon } };
    const [forInput, forWeight, forBias] = tfjs.native("FusedBatchNormGradV3", operands, told);
    map.set(outputs[0], forInput as Register);
    tfjs.set(outputs[1], forWeight as Register);
    tfjs.set(outputs[2], forBias as Register);
  },
  window: () => undefined,
  // Mean and variance have the shape [C].
  spatial: (inputs) =>
    alongAxes(inputs, (axis, { shape }) => (shape.length === 1 || axis === 1 ? undefined : mixed(axis))),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
