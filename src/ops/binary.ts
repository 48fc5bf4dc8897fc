import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { broadcastShapes, isMismatch } from "../ir/broadcast.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type Shape, type TensorType } from "../ir/shape.js";
import { freeOfChannels } from "./channel-use.js";
import {
  type GradientBuilder,
  type NotDifferentiable,
  type OnnxBuilder,
  type OpDefinition,
  type OpFamily,
  type Tensor,
  type Work,
  work,
} from "./contracts.js";
import { dtypeProblem } from "./dtype-rules.js";
import { expandTo } from "./expand.js";
import { sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";
import type { LowerToTfjs } from "./tfjs/builder.js";
import type { TorchExpression } from "./torch/lowering.js";

/** The values that a gradient rule may use: operands and result. */
export interface BinarySite {
  readonly a: ValueId;
  readonly b: ValueId;
  readonly output: ValueId;
}

/** What defines an element-wise op of two tensors; broadcasting and the rest are derived. */
export interface BinaryFacts {
  readonly name: string;
  readonly family: OpFamily;
  readonly doc: string;
  readonly value: (a: number, b: number) => number;
  readonly workPerElement: Partial<Work>;
  readonly readOnnx: OpDefinition<Record<never, never>>["readOnnx"];
  readonly onnxOp: string;
  /** Whether the result is the negation of the ONNX op's result. */
  readonly negated?: true;
  /** Operand type; float32 if left out. */
  readonly takes?: "bool";
  /** Result type: float32, or bool for comparisons. */
  readonly gives: "float32" | "bool";
  /** The gradients of a and b, before they are summed over broadcast axes. */
  readonly gradient:
    | ((builder: GradientBuilder, site: BinarySite, resultGradient: ValueId) => readonly [ValueId, ValueId])
    | NotDifferentiable;
  readonly lowerToTorch: TorchExpression<unknown>;
  readonly lowerToTfjs: LowerToTfjs<unknown>;
}

/** The broadcast shape, or a problem. */
export function broadcastOrProblem(op: string, a: Shape, b: Shape): Shape | Problem {
  const shape = broadcastShapes(a, b);
  if (!isMismatch(shape)) return shape;
  return problem("shape/broadcast-mismatch", { op, left: a, right: b, axis: shape.axis, sizes: shape.sizes }, "input");
}

/** The broadcast shape of two evaluated tensors; types are already checked. */
export function broadcastSizes(a: readonly number[], b: readonly number[]): readonly number[] {
  return broadcastShapes(a, b) as readonly number[];
}

/** An element-wise op of two tensors, with broadcasting. */
export function binaryOp(facts: BinaryFacts): OpDefinition<Record<never, never>> {
  const { name, doc, value } = facts;
  return {
    name,
    family: facts.family,
    doc,
    inputs: [
      { name: "a", role: "tensor" },
      { name: "b", role: "tensor" },
    ],
    results: ["output"],
    attributes: {},
    surfaces: [surface({ name, kind: "function", doc, inputs: ["a", "b"], parameters: {}, resolve: () => ({}) })],
    slots: () => ({}),
    inferTypes: (inputs) => {
      const wrong = dtypeProblem(name, facts.takes ?? "float32", inputs);
      if (wrong) return wrong;
      const [a, b] = inputs as readonly [TensorType, TensorType];
      const shape = broadcastOrProblem(name, a.shape, b.shape);
      return isProblem(shape) ? shape : [{ dtype: facts.gives, shape }];
    },
    work: (_, [output]) => {
      const elements = elementCount((output as TensorType).shape);
      const scaled = Object.entries(facts.workPerElement).map(([fact, count]) => [fact, count * elements]);
      return work(Object.fromEntries(scaled) as Partial<Work>);
    },
    evaluate: (inputs) => {
      const [a, b] = inputs as readonly [Tensor, Tensor];
      const shape = broadcastSizes(a.shape, b.shape);
      const [left, right] = [expandTo(a, shape).data, expandTo(b, shape).data];
      return [{ shape, data: left.map((x, i) => value(x, right[i] as number)) }];
    },
    gradient: differentiateBinary(facts.gradient),
    readOnnx: facts.readOnnx,
    lowerToOnnx: (onnx, { inputs, outputs, inputTypes }) => {
      const [a, b] = inputTypes as readonly [TensorType, TensorType];
      const [left = "", right = ""] = inputs;
      const aligned = [alignRank(onnx, left, a, b), alignRank(onnx, right, b, a)];
      if (facts.negated) onnx.node("Not", onnx.node(facts.onnxOp, aligned), {}, outputs);
      else onnx.node(facts.onnxOp, aligned, {}, outputs);
    },
    lowerToTorch: facts.lowerToTorch,
    lowerToTfjs: facts.lowerToTfjs,
    window: () => undefined,
    spatial: cellByCell,
    isIdentity: () => false,
    facts: () => ({}),
    pieces: () => ({ kind: "none" }),
    outputChannels: () => undefined,
    channels: freeOfChannels,
    probe: { kind: "none" },
    inPlace: false,
  };
}

/**
 * Reshapes a scalar operand to the rank of the other one, if that one's last axis has one element ([O, I, 1, 1]). Otherwise
 * ONNX Runtime's CPU kernels take a path that is 20 times slower.
 */
function alignRank(onnx: OnnxBuilder, value: string, { shape }: TensorType, other: TensorType): string {
  const rank = other.shape.length;
  if (shape.length > 0 || rank < 2 || other.shape[rank - 1] !== 1) return value;
  return onnx.node("Reshape", [value, onnx.int64s(other.shape.map(() => 1))])[0] ?? "";
}

function differentiateBinary(rule: BinaryFacts["gradient"]): OpDefinition<Record<never, never>>["gradient"] {
  if (typeof rule !== "function") return rule;
  return (builder, { inputs, outputs }, [resultGradient]) => {
    const [a, b] = inputs as readonly [ValueId, ValueId];
    const gradients = rule(builder, { a, b, output: outputs[0] as ValueId }, resultGradient as ValueId);
    return [
      sumToSizes(builder, gradients[0], sizesOf(builder, a)),
      sumToSizes(builder, gradients[1], sizesOf(builder, b)),
    ];
  };
}
