import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, sameShape, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { countOf } from "./expand.js";
import { arithmetic, reshapeTo, sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { gradientThrough, lowerNormalised, normalised, normaliseRun } from "./normalise.js";
import type { OnnxReadSite, Reading } from "./onnx-node.js";
import { counted } from "./read-nodes.js";
import { axesOfNorm, epsilonOf } from "./read-norms.js";
import { targetShape } from "./read-shapes.js";
import { alongAxes, mixed } from "./spatial.js";
import { surface } from "./surface.js";
import type { Register } from "./tfjs/builder.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { normalisedOver } from "./tfjs/normalised.js";
import { call, float, int } from "./torch/python.js";
import { channelsOf } from "./torch/window-padding.js";

const attributes = attributesOf({
  groups: { kind: "int", min: 1, doc: "groups of channels" },
  epsilon: { kind: "float", min: 0, doc: "added to the variance" },
});

type GroupNormAttributes = AttributesOf<typeof attributes>;

/** All elements of a group: axis 2 of [N, groups, rest]. */
const withinGroups = [2];

function readGroupNorm(site: OnnxReadSite<GroupNormAttributes>, groups: number): Reading {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const channels = site.typeOf(x).shape[1];
  if (typeof channels !== "number") return site.refuse("its channels are not fixed");
  const scale = site.fixed(1);
  if (scale !== undefined && countOf(scale.dims) !== channels) {
    return site.refuse("it scales by groups, not by channels, which lferc does not count");
  }
  const weights = [1, 2].map((i) => site.weight(i, "parameter", [channels]));
  return site.make([x, ...weights], { groups, epsilon: epsilonOf(site) });
}

/** Reads the composed form: Reshape, norm, Reshape, scale, shift. Inputs 3 and 4 have the sizes of the two reshapes. */
function readSpelledOut(site: OnnxReadSite<GroupNormAttributes>): Reading {
  const [x, sizes] = [site.tensor(0), site.numbers(3)];
  if (isProblem(x)) return x;
  if (sizes === undefined || isProblem(sizes)) return sizes ?? site.refuse("it has no groups");
  const { shape } = site.typeOf(x);
  const whole = targetShape(site, shape, 4);
  if (isProblem(whole)) return whole;
  if (!sameShape(whole, shape)) return site.refuse("its result has another shape than its input");
  // Without axes it was an instance norm, over the map of each group.
  const axes = axesOfNorm(site, 5);
  if (isProblem(axes)) return axes;
  const places = axes?.map((axis) => counted(axis, sizes.length)).sort((a, b) => a - b);
  const all = sizes.slice(2).map((_, i) => i + 2);
  if (places !== undefined && places.join() !== all.join())
    return site.refuse("it does not normalise over whole groups");
  return readGroupNorm(site, Number(sizes[1]));
}

/** PyTorch's GroupNorm. With as many groups as channels it is an instance norm, with one a layer norm over the whole map. */
export const groupNorm = defineOp({
  name: "group_norm",
  family: "norm",
  doc: "(x - mean) / sqrt(variance + epsilon) * weight + bias, over each group of channels of each sample.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
    { name: "bias", role: "parameter" },
  ],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "group_norm",
      kind: "block",
      doc: "Group normalisation (Wu and He 2018), over each sample separately.",
      inputs: ["input"],
      parameters: {
        groups: parameterOf(attributes.groups, { doc: "groups of channels, each normalised separately" }),
        eps: { kind: "float", min: 0, default: 1e-5, doc: "added to the variance" },
      },
      resolve: ({ groups, eps }) => ({ groups, epsilon: eps }),
    }),
  ],
  // PyTorch GroupNorm: weight 1, bias 0.
  slots: ([input]) => {
    const type = { dtype: "float32", shape: [(input as TensorType).shape[1] as number] } as const;
    const constant = (value: number) => ({ type, initializer: { kind: "constant", value } as const });
    return { weight: constant(1), bias: constant(0) };
  },
  inferTypes: ([input], { groups }) => {
    const { shape } = input as TensorType;
    const op = "group_norm";
    const wrong = floatProblem(op, [input as TensorType]);
    if (wrong) return wrong;
    if (shape.length < 2) return problem("shape/wrong-rank", { op, expected: "two or more", actual: shape }, "input");
    const moving = shape.findIndex((dim, axis) => axis > 0 && typeof dim !== "number");
    if (moving > 0) return problem("shape/needs-fixed-size", { op, axis: moving, actual: shape }, "input");
    const amount = shape[1] as number;
    if (amount % groups === 0) return [input as TensorType];
    const why = "the channels are cut into groups";
    return problem("shape/not-divisible", { what: "group_norm's channels", amount, by: groups, why }, "groups");
  },
  work: ([input], _, { groups }) => {
    const elements = elementCount((input as TensorType).shape);
    return work({
      adds: 4 * elements - groups,
      multiplies: 2 * elements,
      divisions: elements + 2 * groups,
      roots: groups,
    });
  },
  evaluate: (inputs, { groups, epsilon }) => {
    const [{ shape, data }, weight, bias] = inputs as readonly [Tensor, Tensor, Tensor];
    const [batch = 1, channels = 1] = shape;
    const inner = data.length / (batch * channels);
    const length = (channels / groups) * inner;
    const out = new Float64Array(data.length);
    for (let start = 0; start < data.length; start += length) normaliseRun(data, out, start, length, 1, epsilon);
    const scaled = out.map((x, i) => {
      const channel = Math.floor(i / inner) % channels;
      return x * (weight.data[channel] as number) + (bias.data[channel] as number);
    });
    return [{ shape, data: scaled }];
  },
  gradient: (builder, { inputs }, [g], { groups, epsilon }) => {
    const [x, weight] = inputs as readonly [ValueId, ValueId];
    const { mul } = arithmetic(builder);
    const sizes = sizesOf(builder, x);
    const [batch = 1, channels = 1, ...map] = sizes;
    const spread = [channels, ...map.map(() => 1)];
    const grouped = [batch, groups, sizes.reduce((product, size) => product * size, 1) / (batch * groups)];
    const inGroups = (value: ValueId): ValueId => reshapeTo(builder, value, grouped);
    const y = normalised(builder, inGroups(x), withinGroups, epsilon);
    const weighed = inGroups(mul(g as ValueId, reshapeTo(builder, weight, spread)));
    const forInput = reshapeTo(builder, gradientThrough(builder, y, weighed, withinGroups), sizes);
    const total = (value: ValueId): ValueId => reshapeTo(builder, sumToSizes(builder, value, spread), [channels]);
    return [forInput, total(mul(g as ValueId, reshapeTo(builder, y.value, sizes))), total(g as ValueId)];
  },
  readOnnx: [
    {
      nodeTypes: ["GroupNormalization"],
      read: (site) => readGroupNorm(site, site.attributes.int("num_groups", 1)),
    },
    { nodeTypes: ["lfer.GroupNorm"], read: readSpelledOut },
  ],
  lowerToOnnx: (onnx, { inputs: [x = "", weight = "", bias = ""], outputs, inputTypes }, { groups, epsilon }) => {
    const one = (op: string, inputs: readonly string[]): string => onnx.node(op, inputs)[0] ?? "";
    const [, channels = 1, ...map] = (inputTypes[0] as TensorType).shape as readonly number[];
    // 0 keeps the batch size.
    const grouped = one("Reshape", [x, onnx.int64s([0, groups, -1])]);
    const y = lowerNormalised(onnx, grouped, withinGroups, epsilon);
    const back = one("Reshape", [y, onnx.int64s([0, channels, ...map])]);
    const spread = (value: string): string =>
      map.length === 0 ? value : one("Reshape", [value, onnx.int64s([channels, ...map.map(() => 1)])]);
    onnx.node("Add", [one("Mul", [back, spread(weight)]), spread(bias)], {}, outputs);
  },
  lowerToTorch: {
    layer: ([input], { groups, epsilon }) =>
      call("nn.GroupNorm", [int("groups", groups), int("channels", channelsOf(input))], {
        eps: [float("eps", epsilon), "1e-5"],
      }),
  },
  lowerToTfjs: (tfjs, { inputs: [x, weight, bias], outputs: [y] }, { groups, epsilon }) => {
    const k = kernelsOf(tfjs);
    const sizes = tfjs.sizesOf(x);
    const [batch = 1, channels = 1] = sizes;
    const grouped = tfjs.reshape(tfjs.plain(x), [batch, groups, countOf(sizes) / (batch * groups)]);
    const centred = normalisedOver(tfjs, grouped, [2], epsilon);
    const spread = sizes.map((_, axis) => (axis === 1 ? channels : 1));
    const [scale, shift] = [weight, bias].map((value) => tfjs.reshape(tfjs.plain(value), spread));
    tfjs.set(y, k.add(k.mul(tfjs.reshape(centred, sizes), scale as Register), shift as Register));
  },
  window: () => undefined,
  spatial: (inputs) => alongAxes(inputs.slice(0, 1), (axis) => (axis > 0 ? mixed(axis) : undefined)),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "factors", low: 0.7, high: 1.5, scales: true },
  inPlace: false,
});
