import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type Shape, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import { axisProblem, resolveAxis } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type OnnxBuilder, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { arithmetic, reshapeTo, sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { gradientThrough, lowerNormalised, normalised, normaliseRun } from "./normalise.js";
import type { OnnxReadSite, Reading } from "./onnx-node.js";
import { counted } from "./read-nodes.js";
import { axesOfNorm, epsilonOf, rankOfInput } from "./read-norms.js";
import { alongAxes, mixed } from "./spatial.js";
import { surface } from "./surface.js";
import type { Register } from "./tfjs/builder.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { normalisedOver } from "./tfjs/normalised.js";
import { call, float, int, ints, method } from "./torch/python.js";

const attributes = attributesOf({
  axis: { kind: "int", min: 1, doc: "the first axis that is normalised over" },
  through: { kind: "int", min: 1, doc: "the last one" },
  epsilon: { kind: "float", min: 0, doc: "added to the variance" },
});

type LayerNormAttributes = AttributesOf<typeof attributes>;

const axesOf = ({ axis, through }: LayerNormAttributes): readonly number[] =>
  Array.from({ length: through - axis + 1 }, (_, i) => axis + i);

/** The sizes of the normalised axes, which are the weight's shape. */
const ownShape = (shape: Shape, { axis, through }: LayerNormAttributes): Shape => shape.slice(axis, through + 1);

/** The weight's sizes for broadcasting with the input. */
const spreadSizes = (shape: readonly number[], a: LayerNormAttributes): readonly number[] => [
  ...(ownShape(shape, a) as readonly number[]),
  ...new Array<number>(shape.length - 1 - a.through).fill(1),
];

function spreadInOnnx(onnx: OnnxBuilder, weight: string, shape: readonly number[], a: LayerNormAttributes): string {
  if (a.through === shape.length - 1) return weight;
  return onnx.node("Reshape", [weight, onnx.int64s(spreadSizes(shape, a))])[0] ?? "";
}

/** Reads an ONNX node over the axes from `axis` through `through`, with a weight and a bias per position. */
function readLayerNorm(site: OnnxReadSite<LayerNormAttributes>, axis: number, through: number): Reading {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const own = site.typeOf(x).shape.slice(axis, through + 1);
  if (own.length === 0 || !own.every((size) => typeof size === "number"))
    return site.refuse("it normalises over the batch");
  const weights = [1, 2].map((i) => site.weight(i, "parameter", own));
  return site.make([x, ...weights], { axis, through, epsilon: epsilonOf(site) });
}

/** PyTorch's LayerNorm over the last axes; over axis 1 of a map, ConvNeXt's LayerNorm2d: each position of the map separately. */
export const layerNorm = defineOp({
  name: "layer_norm",
  family: "norm",
  doc: "(x - mean) / sqrt(variance + epsilon) * weight + bias, over some axes of each sample separately.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
    { name: "bias", role: "parameter" },
  ],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "layer_norm",
      kind: "block",
      doc: "Layer normalisation (Ba et al. 2016), over each sample separately.",
      inputs: ["input"],
      parameters: {
        eps: { kind: "float", min: 0, default: 1e-5, doc: "added to the variance" },
        axis: {
          kind: "int",
          computed: "axis 1 (the channels) of a map, else the last axis",
          doc: "the first axis to normalise over; negative: from the end",
        },
        through: {
          kind: "int",
          computed: "the first one",
          doc: "the last axis to normalise over; negative: from the end",
        },
      },
      resolve: (args, [input]) => {
        const shape = input?.shape ?? [];
        const axis = resolveAxis("layer_norm", args.axis ?? (shape.length === 4 ? 1 : -1), shape);
        if (isProblem(axis)) return axis;
        const through = resolveAxis("layer_norm", args.through ?? axis, shape);
        return isProblem(through) ? through : { axis, through, epsilon: args.eps };
      },
    }),
  ],
  // PyTorch LayerNorm: weight 1, bias 0.
  slots: ([input], a) => {
    const type = { dtype: "float32", shape: ownShape((input as TensorType).shape, a) } as const;
    const constant = (value: number) => ({ type, initializer: { kind: "constant", value } as const });
    return { weight: constant(1), bias: constant(0) };
  },
  inferTypes: ([input], a) => {
    const { shape } = input as TensorType;
    const wrong = floatProblem("layer_norm", [input as TensorType]);
    if (wrong) return wrong;
    const outside = axisProblem("layer_norm", a.through, shape) ?? axisProblem("layer_norm", a.axis, shape);
    if (outside) return outside;
    // The batch axis is never normalised over.
    if (a.axis < 1 || a.through < a.axis) {
      return problem("shape/axis-out-of-range", { op: "layer_norm", axis: a.axis, actual: shape }, "axis");
    }
    const moving = axesOf(a).find((axis) => typeof shape[axis] !== "number");
    if (moving === undefined) return [input as TensorType];
    return problem("shape/needs-fixed-size", { op: "layer_norm", axis: moving, actual: shape }, "axis");
  },
  work: ([input], _, a) => {
    const { shape } = input as TensorType;
    const elements = elementCount(shape);
    const runs = elements / elementCount(ownShape(shape, a));
    // Mean, centring, variance and shift; squares and scale; one division each.
    return work({ adds: 4 * elements - runs, multiplies: 2 * elements, divisions: elements + 2 * runs, roots: runs });
  },
  evaluate: (inputs, a) => {
    const [{ shape, data }, weight, bias] = inputs as readonly [Tensor, Tensor, Tensor];
    const length = ownShape(shape, a).reduce<number>((product, size) => product * (size as number), 1);
    const inner = shape.slice(a.through + 1).reduce((product, size) => product * size, 1);
    const out = new Float64Array(data.length);
    for (let start = 0; start < data.length; start += length * inner) {
      for (let i = 0; i < inner; i++) normaliseRun(data, out, start + i, length, inner, a.epsilon);
    }
    const scaled = out.map((x, i) => {
      const own = Math.floor(i / inner) % length;
      return x * (weight.data[own] as number) + (bias.data[own] as number);
    });
    return [{ shape, data: scaled }];
  },
  gradient: (builder, { inputs }, [g], a) => {
    const [x, weight] = inputs as readonly [ValueId, ValueId];
    const sizes = sizesOf(builder, x);
    const [own, spread] = [sizesOf(builder, weight), spreadSizes(sizes, a)];
    const { mul } = arithmetic(builder);
    const y = normalised(builder, x, axesOf(a), a.epsilon);
    const forInput = gradientThrough(builder, y, mul(g as ValueId, reshapeTo(builder, weight, spread)), axesOf(a));
    const total = (value: ValueId): ValueId => reshapeTo(builder, sumToSizes(builder, value, spread), own);
    return [forInput, total(mul(g as ValueId, y.value)), total(g as ValueId)];
  },
  readOnnx: [
    {
      nodeTypes: ["LayerNormalization"],
      read: (site) => {
        if (!site.has(2)) return site.refuse("it has no bias, which lferc's layer norm always has");
        const [rank, axis] = [rankOfInput(site), site.attributes.int("axis", -1)];
        return readLayerNorm(site, counted(axis, rank), rank - 1);
      },
    },
    {
      nodeTypes: ["lfer.LayerNorm"],
      read: (site) => {
        const axes = axesOfNorm(site, 3);
        if (axes === undefined || isProblem(axes)) return axes ?? site.refuse("it has no axes");
        const rank = rankOfInput(site);
        const sorted = axes.map((axis) => counted(axis, rank)).sort((a, b) => a - b);
        const [first = 0] = sorted;
        if (sorted.some((axis, i) => axis !== first + i))
          return site.refuse("it normalises over axes that are not consecutive");
        return readLayerNorm(site, first, first + sorted.length - 1);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = "", weight = "", bias = ""], outputs, inputTypes }, a) => {
    const shape = (inputTypes[0] as TensorType).shape as readonly number[];
    if (onnx.opset >= 17 && a.through === shape.length - 1) {
      onnx.node("LayerNormalization", [x, weight, bias], { axis: a.axis, epsilon: { float: a.epsilon } }, outputs);
      return;
    }
    const y = lowerNormalised(onnx, x, axesOf(a), a.epsilon);
    const [scaled = ""] = onnx.node("Mul", [y, spreadInOnnx(onnx, weight, shape, a)]);
    onnx.node("Add", [scaled, spreadInOnnx(onnx, bias, shape, a)], {}, outputs);
  },
  lowerToTorch: {
    layer: ([input], a) => {
      const own = ownShape((input as TensorType).shape, a) as readonly number[];
      const sizes = own.length === 1 ? int("features", own[0] as number) : ints("features", own);
      return call("nn.LayerNorm", [sizes], { eps: [float("eps", a.epsilon), "1e-5"] });
    },
    // PyTorch normalises over the last axes.
    apply: (layer, site, a) => {
      const [x, rank] = [site.tensor(0), (site.inputTypes[0] as TensorType).shape.length];
      if (a.through === rank - 1) return call(layer, [x]);
      const axes = Array.from({ length: rank }, (_, axis) => axis);
      const order = [...axes.filter((axis) => !axesOf(a).includes(axis)), ...axesOf(a)];
      const turned = (value: string, to: readonly number[]): string => method(value, "permute", to.map(String));
      return turned(
        call(layer, [turned(x, order)]),
        axes.map((axis) => order.indexOf(axis)),
      );
    },
  },
  lowerToTfjs: (tfjs, { inputs: [x, weight, bias], outputs: [y] }, a) => {
    const k = kernelsOf(tfjs);
    const axes = axesOf(a);
    const spread = tfjs.sizesOf(x).map((size, i) => (axes.includes(i) ? size : 1));
    const [scale, shift] = [weight, bias].map((value) => tfjs.reshape(tfjs.plain(value), spread));
    const centred = normalisedOver(tfjs, tfjs.plain(x), axes, a.epsilon);
    tfjs.set(y, k.add(k.mul(centred, scale as Register), shift as Register));
  },
  window: () => undefined,
  spatial: (inputs, _, a) =>
    alongAxes(inputs.slice(0, 1), (axis) => (axesOf(a).includes(axis) ? mixed(axis) : undefined)),
  isIdentity: () => false,
  facts: ([input, weight]) => ({
    normalisedRuns: elementCount((input as TensorType).shape) / elementCount(weight?.shape ?? []),
  }),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "factors", low: 0.7, high: 1.5, scales: true },
  inPlace: false,
});
