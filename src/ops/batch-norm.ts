import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { viewAlong } from "./axes.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { arithmetic, reshapeTo, sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { epsilonOf } from "./read-norms.js";
import { isOfWeights, readNormOfWeights } from "./read-weight-norm.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";
import type { Register } from "./tfjs/builder.js";
import { asMap } from "./tfjs/fused-batch-norm.js";
import { call, float, int } from "./torch/python.js";
import { channelsOf } from "./torch/window-padding.js";

const attributes = attributesOf({
  epsilon: { kind: "float", min: 0, doc: "added to the variance" },
  momentum: { kind: "float", min: 0, max: 1, doc: "share of the new batch in the running statistics" },
});

/** The result's type (the input's), or a problem. */
export function batchNormTypes(op: string, input: TensorType): readonly [TensorType] | Problem {
  const { shape } = input;
  const wrong = floatProblem(op, [input]);
  if (wrong) return wrong;
  if (shape.length < 2 || shape.length > 4) {
    return problem("shape/wrong-rank", { op, expected: "two to four", actual: shape }, "input");
  }
  if (typeof shape[1] !== "number") return problem("shape/needs-fixed-size", { op, axis: 1, actual: shape }, "input");
  return [input];
}

/**
 * Uses the running statistics. Training (an op of its own) updates them with PyTorch's momentum: running = (1 - momentum) *
 * running + momentum * batch, with the unbiased variance.
 */
export const batchNorm = defineOp({
  name: "batch_norm",
  family: "norm",
  doc: "(x - running_mean) / sqrt(running_var + epsilon) * weight + bias, per channel (axis 1).",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
    { name: "bias", role: "parameter" },
    { name: "running_mean", role: "statistic" },
    { name: "running_var", role: "statistic" },
  ],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "batch_norm",
      kind: "block",
      doc: "Batch normalisation per channel; inference uses the running statistics.",
      inputs: ["input"],
      parameters: {
        eps: { kind: "float", min: 0, default: 1e-5, doc: "added to the variance" },
        momentum: parameterOf(attributes.momentum, { default: 0.1 }),
      },
      resolve: ({ eps, momentum }) => ({ epsilon: eps, momentum }),
    }),
  ],
  // PyTorch BatchNorm2d: weight 1, bias 0, running_mean 0, running_var 1.
  slots: ([input]) => {
    const type = { dtype: "float32", shape: [(input as TensorType).shape[1] as number] } as const;
    const constant = (value: number) => ({ type, initializer: { kind: "constant", value } as const });
    return { weight: constant(1), bias: constant(0), running_mean: constant(0), running_var: constant(1) };
  },
  inferTypes: ([input]) => batchNormTypes("batch_norm", input as TensorType),
  // At inference, scale and shift are constants per channel: one product and one sum per element.
  work: ([input]) => {
    const elements = elementCount((input as TensorType).shape);
    return work({ multiplies: elements, adds: elements });
  },
  evaluate: (inputs, { epsilon }) => {
    const [input, weight, bias, mean, variance] = inputs as readonly [Tensor, Tensor, Tensor, Tensor, Tensor];
    const { outer, length: channels, inner } = viewAlong(input.shape, 1);
    const out = new Float64Array(input.data.length);
    for (let n = 0; n < outer; n++) {
      for (let c = 0; c < channels; c++) {
        const scale = (weight.data[c] as number) / Math.sqrt((variance.data[c] as number) + epsilon);
        const [center, shift] = [mean.data[c] as number, bias.data[c] as number];
        const base = (n * channels + c) * inner;
        for (let i = base; i < base + inner; i++) out[i] = ((input.data[i] as number) - center) * scale + shift;
      }
    }
    return [{ shape: input.shape, data: out }];
  },
  gradient: (builder, { inputs }, [resultGradient], { epsilon }) => {
    const [x, weight, , mean, variance] = inputs as readonly [ValueId, ValueId, ValueId, ValueId, ValueId];
    const g = resultGradient as ValueId;
    const { add, div, mul, number, sub } = arithmetic(builder);
    const sizes = sizesOf(builder, x);
    const channels = sizes[1] as number;
    const alongChannels = sizes.map((size, axis) => (axis === 1 ? size : 1));
    const spread = (value: ValueId): ValueId => reshapeTo(builder, value, alongChannels);
    const total = (value: ValueId): ValueId =>
      reshapeTo(builder, sumToSizes(builder, value, alongChannels), [channels]);
    const deviation = builder.node("sqrt", [add(variance, number(epsilon))]);
    const scale = div(weight, deviation);
    const forBias = total(g);
    const forWeight = div(total(mul(g, sub(x, spread(mean)))), deviation);
    const forMean = builder.node("neg", [mul(scale, forBias)]);
    const forVariance = mul(div(mul(scale, forWeight), deviation), number(-0.5));
    return [mul(g, spread(scale)), forWeight, forBias, forMean, forVariance];
  },
  readOnnx: [
    {
      nodeTypes: ["BatchNormalization"],
      read: (site) => {
        if (isOfWeights(site)) return readNormOfWeights(site);
        if (site.attributes.int("training_mode", 0) === 1)
          return site.refuse("it is in training mode: export the network for inference");
        const x = site.tensor(0);
        if (isProblem(x)) return x;
        const channels = site.typeOf(x).shape[1];
        if (typeof channels !== "number") return site.refuse("its channels are not fixed");
        const weights = [1, 2, 3, 4].map((i) => site.weight(i, i < 3 ? "parameter" : "statistic", [channels]));
        // Before opset 9, `spatial: 0` normalises each position separately.
        if (site.attributes.int("spatial", 1) !== 1)
          return site.refuse("it has statistics for each position of the map");
        // Before opset 7: whether it is in use, and which buffers it might reuse.
        site.attributes.pass("consumed_inputs");
        if (site.opset < 7 && site.attributes.int("is_test", 0) === 0)
          return site.refuse("it is in training mode: export the network for inference");
        // ONNX's momentum is the weight of the old statistics.
        const momentum = Math.min(1, Math.max(0, 1 - site.attributes.float("momentum", 0.9)));
        return site.make([x, ...weights], { epsilon: epsilonOf(site), momentum });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, a) => {
    // ONNX's momentum is the weight of the old statistics.
    const attributes = { epsilon: { float: a.epsilon }, momentum: { float: 1 - a.momentum } };
    onnx.node("BatchNormalization", inputs, attributes, outputs);
  },
  lowerToTorch: {
    layer: ([input], { epsilon, momentum }) =>
      call(`nn.BatchNorm${input?.shape.length === 4 ? "2d" : "1d"}`, [int("channels", channelsOf(input))], {
        eps: [float("eps", epsilon), "1e-5"],
        momentum: [float("momentum", momentum), "0.1"],
      }),
  },
  lowerToTfjs: (tfjs, { inputs: [x, weight, bias, runningMean, runningVariance], outputs: [y] }, { epsilon }) => {
    const map = asMap(tfjs, x);
    const [scale, offset, mean, variance] = [weight, bias, runningMean, runningVariance].map((value) =>
      tfjs.plain(value),
    ) as [Register, Register, Register, Register];
    const operands = { x: map.of(x), scale, offset, mean, variance };
    map.set(y, tfjs.kernel("FusedBatchNorm", operands, { varianceEpsilon: epsilon }));
  },
  window: () => undefined,
  spatial: (inputs, outputs) => cellByCell(inputs.slice(0, 1), outputs),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: (_, a) => ({ kind: "own", results: 1, withChannels: () => a }),
  probe: { kind: "statistics" },
  inPlace: true,
});
