import { isProblem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { arithmetic, reshapeTo, sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { mapProblem } from "./map-problem.js";
import { gradientThrough, lowerNormalised, normalised, normaliseRun } from "./normalise.js";
import type { OnnxReadSite, Reading } from "./onnx-node.js";
import { axesOfNorm, epsilonOf, isOverMap } from "./read-norms.js";
import { alongAxes, mixed } from "./spatial.js";
import { surface } from "./surface.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { nhwc } from "./tfjs/layout.js";
import { normalisedOver } from "./tfjs/normalised.js";
import { call, flag, float, int } from "./torch/python.js";
import { channelsOf } from "./torch/window-padding.js";

const attributes = attributesOf({
  affine: { kind: "bool", doc: "whether a weight and a bias follow" },
  epsilon: { kind: "float", min: 0, doc: "added to the variance" },
});

type InstanceNormAttributes = AttributesOf<typeof attributes>;

/** Height and width. */
const overMap = [2, 3];

function readInstanceNorm(site: OnnxReadSite<InstanceNormAttributes>, affine: boolean): Reading {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const channels = site.typeOf(x).shape[1];
  if (typeof channels !== "number") return site.refuse("its channels are not fixed");
  const weights = affine ? [1, 2].map((i) => site.weight(i, "parameter", [channels])) : [];
  return site.make([x, ...weights], { affine, epsilon: epsilonOf(site) });
}

/** PyTorch's InstanceNorm2d without running statistics; without weights by default, as in PyTorch. */
export const instanceNorm = defineOp({
  name: "instance_norm",
  family: "norm",
  doc: "(x - mean) / sqrt(variance + epsilon) over each channel of each sample, * weight + bias if affine.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter", optional: true },
    { name: "bias", role: "parameter", optional: true },
  ],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "instance_norm",
      kind: "block",
      doc: "Instance normalisation (Ulyanov et al. 2016): over each channel of each sample separately.",
      inputs: ["input"],
      parameters: {
        affine: parameterOf(attributes.affine, { default: false, doc: "learn a weight and a bias for each channel" }),
        eps: { kind: "float", min: 0, default: 1e-5, doc: "added to the variance" },
      },
      resolve: ({ affine, eps }) => ({ affine, epsilon: eps }),
    }),
  ],
  // PyTorch InstanceNorm2d: weight 1, bias 0.
  slots: ([input], { affine }) => {
    if (!affine) return {};
    const type = { dtype: "float32", shape: [(input as TensorType).shape[1] as number] } as const;
    const constant = (value: number) => ({ type, initializer: { kind: "constant", value } as const });
    return { weight: constant(1), bias: constant(0) };
  },
  inferTypes: ([input]) => mapProblem("instance_norm", input as TensorType, [1, 2, 3]) ?? [input as TensorType],
  work: ([input], _, { affine }) => {
    const { shape } = input as TensorType;
    const [elements, runs] = [elementCount(shape), elementCount(shape.slice(0, 2))];
    return work({
      adds: (affine ? 4 : 3) * elements - runs,
      multiplies: (affine ? 2 : 1) * elements,
      divisions: elements + 2 * runs,
      roots: runs,
    });
  },
  evaluate: (inputs, { affine, epsilon }) => {
    const [{ shape, data }, weight, bias] = inputs as readonly [Tensor, Tensor | undefined, Tensor | undefined];
    const [, channels = 1, height = 1, width = 1] = shape;
    const length = height * width;
    const out = new Float64Array(data.length);
    for (let start = 0; start < data.length; start += length) normaliseRun(data, out, start, length, 1, epsilon);
    if (!affine) return [{ shape, data: out }];
    const scaled = out.map((x, i) => {
      const channel = Math.floor(i / length) % channels;
      return x * (weight?.data[channel] as number) + (bias?.data[channel] as number);
    });
    return [{ shape, data: scaled }];
  },
  gradient: (builder, { inputs }, [g], { affine, epsilon }) => {
    const [x, weight] = inputs as readonly [ValueId, ValueId | undefined];
    const y = normalised(builder, x, overMap, epsilon);
    if (!affine) return [gradientThrough(builder, y, g as ValueId, overMap)];
    const { mul } = arithmetic(builder);
    const [, channels = 1] = sizesOf(builder, x);
    const spread = [channels, 1, 1];
    const weighed = mul(g as ValueId, reshapeTo(builder, weight as ValueId, spread));
    const total = (value: ValueId): ValueId => reshapeTo(builder, sumToSizes(builder, value, spread), [channels]);
    return [gradientThrough(builder, y, weighed, overMap), total(mul(g as ValueId, y.value)), total(g as ValueId)];
  },
  // Composed: ONNX' InstanceNormalization requires weights, which this op may not have.
  readOnnx: [
    {
      nodeTypes: ["InstanceNormalization"],
      read: (site) => {
        // Constant scale and shift that are not trained mean a norm without weights.
        const affine = [1, 2].map((i) => site.fixed(i)?.isTrained !== false).includes(true);
        return readInstanceNorm(site, affine);
      },
    },
    {
      // Its axes, an attribute or input 1, are those of the map; the pattern checked that.
      nodeTypes: ["lfer.InstanceNorm"],
      read: (site) => {
        site.attributes.pass("axes");
        site.input(1);
        return readInstanceNorm(site, false);
      },
    },
    {
      nodeTypes: ["lfer.LayerNorm"],
      takes: (node) => {
        const axes = axesOfNorm(node, 3);
        return axes !== undefined && !isProblem(axes) && isOverMap(node, axes);
      },
      read: (site) => readInstanceNorm(site, true),
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = "", weight = "", bias = ""], outputs, inputTypes }, { affine, epsilon }) => {
    if (!affine) {
      lowerNormalised(onnx, x, overMap, epsilon, outputs);
      return;
    }
    const [, channels = 1] = (inputTypes[0] as TensorType).shape as readonly number[];
    const spread = (value: string): string => onnx.node("Reshape", [value, onnx.int64s([channels, 1, 1])])[0] ?? "";
    const y = lowerNormalised(onnx, x, overMap, epsilon);
    const scaled = onnx.node("Mul", [y, spread(weight)])[0] ?? "";
    onnx.node("Add", [scaled, spread(bias)], {}, outputs);
  },
  lowerToTorch: {
    unweighted: (site, { epsilon }) =>
      call("F.instance_norm", [site.tensor(0)], { eps: [float("eps", epsilon), "1e-5"] }),
    layer: ([input], { affine, epsilon }) =>
      call("nn.InstanceNorm2d", [int("channels", channelsOf(input))], {
        eps: [float("eps", epsilon), "1e-5"],
        affine: [flag("affine", affine), "False"],
      }),
  },
  lowerToTfjs: (tfjs, { inputs: [x, weight, bias], outputs: [y] }, { affine, epsilon }) => {
    const k = kernelsOf(tfjs);
    const centred = normalisedOver(tfjs, tfjs.map(x), [1, 2], epsilon);
    tfjs.set(y, affine ? k.add(k.mul(centred, tfjs.plain(weight)), tfjs.plain(bias)) : centred, nhwc);
  },
  window: () => undefined,
  spatial: (inputs) => alongAxes(inputs.slice(0, 1), (axis) => (overMap.includes(axis) ? mixed(axis) : undefined)),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: (_, a) => ({ kind: "own", results: 1, withChannels: () => a }),
  probe: { kind: "factors", low: 0.7, high: 1.5, scales: true },
  inPlace: false,
});
