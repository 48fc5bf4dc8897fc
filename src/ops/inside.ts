import { elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type OnnxBuilder, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { notReadBack } from "./onnx-node.js";
import { cellByCell } from "./spatial.js";
import type { Register } from "./tfjs/builder.js";
import { elementwise } from "./tfjs/elementwise.js";
import type { BinaryKernel, NativeOp } from "./tfjs/kernel-signatures.js";
import { leftToAutograd } from "./torch/lowering.js";

const attributes = attributesOf({
  low: { kind: "float", doc: "lower bound, may be -inf" },
  high: { kind: "float", doc: "upper bound, may be inf" },
  closed: { kind: "bool", doc: "whether the bounds are inside" },
});

export type InsideAttributes = AttributesOf<typeof attributes>;

const bounded = ({ low, high }: InsideAttributes): number => [low, high].filter(Number.isFinite).length;

/** A bool tensor as a float32 factor, 1 or 0; TensorProto.FLOAT is 1. */
function asFactor(onnx: OnnxBuilder, truth: string, outputs: readonly string[] | number): string {
  return onnx.node("Cast", [truth], { to: 1 }, outputs)[0] ?? "";
}

/** The largest float32. Times any positive normal number it is 1 or more, so a hard sigmoid with this slope gives 1 or 0. */
const steepest = 3.4028234663852886e38;

/** A range that is open and bounded below becomes a positive number inside, then one pass instead of two per bound. */
function steep(onnx: OnnxBuilder, x: string, low: number, high: number, outputs: readonly string[]): void {
  const one = (op: string, inputs: readonly string[]): string => onnx.node(op, inputs)[0] ?? "";
  const above = low === 0 ? x : one("Sub", [x, onnx.floats(low)]);
  const positive = high === Number.POSITIVE_INFINITY ? above : one("Mul", [above, one("Sub", [onnx.floats(high), x])]);
  onnx.node("HardSigmoid", [positive], { alpha: { float: steepest }, beta: { float: 0 } }, outputs);
}

/** The name of libtensorflow's gradient op for these bounds; the bounds themselves are outside, as in our rules. */
export function gradientOp({ low, high, closed }: InsideAttributes): NativeOp | undefined {
  if (closed || low !== 0) return undefined;
  if (high === 6) return "Relu6Grad";
  return high === Number.POSITIVE_INFINITY ? "ReluGrad" : undefined;
}

/** The derivative of ops that clip (relu, relu6, clip, ...): 1 where values pass, 0 where they are cut off. */
export const inside = defineOp({
  name: "inside",
  family: "training",
  doc: "1 where low < x < high, else 0; with `closed` the bounds themselves are inside.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: ([input]) => floatProblem("inside", [input as TensorType]) ?? [input as TensorType],
  work: ([input], _, a) => work({ compares: bounded(a) * elementCount((input as TensorType).shape) }),
  evaluate: ([input], { low, high, closed }) => {
    const { shape, data } = input as Tensor;
    const holds = closed ? (x: number) => x >= low && x <= high : (x: number) => x > low && x < high;
    return [{ shape, data: data.map((x) => (holds(x) ? 1 : 0)) }];
  },
  gradient: notDifferentiable("first order only"),
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { low, high, closed }) => {
    if (!closed && Number.isFinite(low) && low < high) {
      steep(onnx, x, low, high, outputs);
      return;
    }
    const [above, below] = closed ? ["GreaterOrEqual", "LessOrEqual"] : ["Greater", "Less"];
    const compare = (op: string, bound: number): readonly string[] =>
      Number.isFinite(bound) ? onnx.node(op, [x, onnx.floats(bound)]) : [];
    const truths = [...compare(above as string, low), ...compare(below as string, high)];
    const [first, second] = truths;
    if (first === undefined) asFactor(onnx, onnx.node("Equal", [x, x])[0] ?? "", outputs);
    else if (second === undefined) asFactor(onnx, first, outputs);
    else onnx.node("Mul", [asFactor(onnx, first, 1), asFactor(onnx, second, 1)], {}, outputs);
  },
  lowerToTorch: leftToAutograd,
  lowerToTfjs: elementwise((k, [x], { low, high, closed }, tfjs) => {
    const compare = (name: BinaryKernel, bound: number): readonly Register[] =>
      Number.isFinite(bound) ? [k.factor(tfjs.kernel(name, { a: x as Register, b: k.number(bound) }))] : [];
    const factors = [
      ...compare(closed ? "GreaterEqual" : "Greater", low),
      ...compare(closed ? "LessEqual" : "Less", high),
    ];
    return factors.length === 0
      ? k.factor(tfjs.kernel("Equal", { a: x as Register, b: x as Register }))
      : factors.reduce(k.mul);
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
