/**
 * What ONNX Runtime's CPU kernels do with 8-bit tensors, by op type of the file: its optimiser replaces such a node between
 * DequantizeLinear and QuantizeLinear by a kernel on whole numbers (QLinearConv, QGemm, QLinearAdd, ...), or removes the pair around
 * it. Every other op runs in float32 on dequantised tensors.
 */
import type { NodeProto } from "../emit.js";

/** A layer whose second input is a weight, with a scale for each index along `axis`. */
export interface WeightedForm {
  readonly kind: "weighted";
  /** The axis of the weight with the outputs. */
  readonly axis: number;
  /** Whether its kernel can also give float32, which an output of the network gets: 8 bits would make equal scores. */
  readonly givesFloat: boolean;
}

/**
 * `combines`: a kernel of its own, which rounds again. `moves`: it moves numbers or chooses among them, so its result has the scale of
 * its input. `clips`: cut off by the rounding of its input's layer, so it costs nothing.
 */
export type Int8Form = WeightedForm | { readonly kind: "combines" | "moves" | "clips" };

// Not GlobalAveragePool: a mean of many cells has more than 8 bits, and what reads it is small.
const combining: readonly string[] = ["Add", "Mul", "Concat", "AveragePool", "LeakyRelu", "Sigmoid"];
const moving: readonly string[] = [
  "Reshape",
  "Transpose",
  "Flatten",
  "Squeeze",
  "Unsqueeze",
  "Slice",
  "Split",
  "MaxPool",
];
const clipping: readonly string[] = ["Relu", "Clip"];

/** The form of a node; undefined if it runs in float32. */
export function int8FormOf(node: NodeProto): Int8Form | undefined {
  const type = node.op_type ?? "";
  if (type === "Conv") return { kind: "weighted", axis: 0, givesFloat: false };
  if (type === "Gemm") return { kind: "weighted", axis: intOf(node, "transB") === 1 ? 0 : 1, givesFloat: true };
  if (type === "MatMul") return { kind: "weighted", axis: 1, givesFloat: true };
  if (combining.includes(type)) return { kind: "combines" };
  if (moving.includes(type)) return { kind: "moves" };
  if (clipping.includes(type)) return { kind: "clips" };
  return undefined;
}

function intOf({ attribute }: NodeProto, name: string): number {
  return Number(attribute?.find((each) => each.name === name)?.i ?? 0);
}
