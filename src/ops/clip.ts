import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { arithmetic } from "./gradient-arithmetic.js";
import type { OnnxNode } from "./onnx-node.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";
import type { Register } from "./tfjs/builder.js";
import { elementwise } from "./tfjs/elementwise.js";
import { call, float } from "./torch/python.js";

const attributes = attributesOf({
  min: { kind: "float", doc: "lower bound, may be -inf" },
  max: { kind: "float", doc: "upper bound, may be inf" },
});

type ClipAttributes = AttributesOf<typeof attributes>;

/** Bounds of an ONNX node: inputs since opset 11, attributes before. */
export function boundsOf(node: OnnxNode): ClipAttributes | Problem {
  const bound = (index: number, name: string, unlessTold: number): number | Problem => {
    const numbers = node.plainNumbers(index);
    if (isProblem(numbers)) return numbers;
    if (numbers !== undefined && numbers.length !== 1) return node.refuse(`its bound has ${numbers.length} numbers`);
    return numbers?.[0] ?? node.attributes.float(name, unlessTold);
  };
  const [min, max] = [bound(1, "min", Number.NEGATIVE_INFINITY), bound(2, "max", Number.POSITIVE_INFINITY)];
  if (isProblem(min)) return min;
  return isProblem(max) ? max : { min, max };
}

/** PyTorch's tie rule (clamp): the gradient passes at a bound. */
export const clip = defineOp({
  name: "clip",
  family: "function",
  doc: "min(max, max(min, x)).",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "clip",
      kind: "function",
      doc: "Holds each element between two bounds.",
      inputs: ["input"],
      parameters: {
        min: parameterOf(attributes.min, { computed: "no lower bound", doc: "lower bound" }),
        max: parameterOf(attributes.max, { computed: "no upper bound", doc: "upper bound" }),
      },
      resolve: ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }) => ({ min, max }),
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input]) => floatProblem("clip", [input as TensorType]) ?? [input as TensorType],
  work: ([input], _, a) => {
    const bounds = [a.min, a.max].filter((bound) => Number.isFinite(bound)).length;
    return work({ compares: bounds * elementCount((input as TensorType).shape) });
  },
  evaluate: ([input], a) => {
    const { shape, data } = input as Tensor;
    return [{ shape, data: data.map((x) => Math.min(a.max, Math.max(a.min, x))) }];
  },
  gradient: (builder, { inputs }, [g], { min, max }) => {
    const passes = builder.node("inside", [inputs[0] as ValueId], { low: min, high: max, closed: true });
    return [arithmetic(builder).mul(g as ValueId, passes)];
  },
  readOnnx: [
    {
      nodeTypes: ["Clip"],
      read: (site) => {
        const bounds = boundsOf(site);
        return isProblem(bounds) ? bounds : site.make([site.tensor(0)], bounds);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, a) => {
    const bound = (value: number): string => (Number.isFinite(value) ? onnx.floats(value) : "");
    onnx.node("Clip", [x, bound(a.min), bound(a.max)], {}, outputs);
  },
  lowerToTorch: (site, { min, max }) =>
    call("torch.clamp", [site.tensor(0)], {
      ...(min === Number.NEGATIVE_INFINITY ? {} : { min: float("min", min) }),
      ...(max === Number.POSITIVE_INFINITY && min !== Number.NEGATIVE_INFINITY ? {} : { max: float("max", max) }),
    }),
  lowerToTfjs: elementwise((k, [x], { min, max }) => {
    const above = Number.isFinite(min) ? k.maximum(x as Register, k.number(min)) : (x as Register);
    return Number.isFinite(max) ? k.minimum(above, k.number(max)) : above;
  }),
  window: () => undefined,
  spatial: (inputs, outputs) => cellByCell(inputs.slice(0, 1), outputs),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: true,
});
