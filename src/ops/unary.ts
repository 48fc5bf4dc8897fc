import type { Attributes, ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import type { AttributeSpecs, AttributesOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import {
  type GradientBuilder,
  type OnnxBuilder,
  type OnnxSite,
  type OpDefinition,
  type OpFamily,
  type Tensor,
  type Work,
  work,
} from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { cellByCell } from "./spatial.js";
import { type Parameters, surface } from "./surface.js";
import type { LowerToTfjs } from "./tfjs/builder.js";
import type { TorchExpression } from "./torch/lowering.js";

/** The values that a gradient rule may use: input and result. */
export interface UnarySite {
  readonly input: ValueId;
  readonly output: ValueId;
}

/** What defines an element-wise op with attributes `A`; the rest is derived. */
export interface ShapedUnaryFacts<S extends AttributeSpecs, P extends Parameters> {
  readonly name: string;
  readonly family: OpFamily;
  readonly doc: string;
  readonly attributes: S;
  /** Its parameters in `.lfer`; each is an attribute. */
  readonly parameters: P;
  readonly value: (x: number, attributes: AttributesOf<NoInfer<S>>) => number;
  readonly workPerElement: Partial<Work>;
  /** How far from 0 inputs must extend to exercise the whole function, in standard deviations; default 1. */
  readonly reach?: number;
  readonly readOnnx: OpDefinition<AttributesOf<NoInfer<S>>>["readOnnx"];
  readonly lowerToOnnx: (onnx: OnnxBuilder, site: OnnxSite, attributes: AttributesOf<NoInfer<S>>) => unknown;
  readonly lowerToTorch: TorchExpression<AttributesOf<NoInfer<S>>>;
  readonly lowerToTfjs: LowerToTfjs<AttributesOf<NoInfer<S>>>;
  /** The input's gradient, from the result's. */
  readonly gradient: (
    builder: GradientBuilder,
    site: UnarySite,
    resultGradient: ValueId,
    attributes: AttributesOf<NoInfer<S>>,
  ) => ValueId;
}

/** An element-wise op with attributes: one tensor in, one of the same type out, no weights. */
export function shapedUnaryOp<const S extends AttributeSpecs, const P extends Parameters>(
  facts: ShapedUnaryFacts<S, P>,
): OpDefinition<AttributesOf<S>> {
  const { name, doc, parameters } = facts;
  return {
    name,
    family: facts.family,
    doc,
    inputs: [{ name: "input", role: "tensor" }],
    results: ["output"],
    attributes: facts.attributes,
    surfaces: [
      surface({ name, kind: "function", doc, inputs: ["input"], parameters, resolve: (args) => args as Attributes }),
    ],
    slots: () => ({}),
    inferTypes: ([input]) => floatProblem(name, [input as TensorType]) ?? [input as TensorType],
    work: ([input]) => {
      const elements = elementCount((input as TensorType).shape);
      const scaled = Object.entries(facts.workPerElement).map(([fact, count]) => [fact, count * elements]);
      return work(Object.fromEntries(scaled) as Partial<Work>);
    },
    evaluate: ([input], attributes) => {
      const { shape, data } = input as Tensor;
      return [{ shape, data: data.map((x) => facts.value(x, attributes)) }];
    },
    gradient: (builder, { inputs, outputs }, [resultGradient], attributes) => {
      const site = { input: inputs[0] as ValueId, output: outputs[0] as ValueId };
      return [facts.gradient(builder, site, resultGradient as ValueId, attributes)];
    },
    readOnnx: facts.readOnnx,
    lowerToOnnx: (onnx, site, attributes) => {
      facts.lowerToOnnx(onnx, site, attributes);
    },
    lowerToTorch: facts.lowerToTorch,
    lowerToTfjs: facts.lowerToTfjs,
    window: () => undefined,
    spatial: (inputs, outputs) => cellByCell(inputs.slice(0, 1), outputs),
    isIdentity: () => false,
    facts: () => ({}),
    pieces: () => ({ kind: "none" }),
    outputChannels: () => undefined,
    channels: freeOfChannels,
    probe: { kind: "none", reach: facts.reach ?? 1 },
    inPlace: true,
  };
}

/** What defines an element-wise op without attributes; the rest is derived. */
export type UnaryFacts = Omit<
  ShapedUnaryFacts<Record<never, never>, Record<never, never>>,
  "attributes" | "parameters"
>;

/** An element-wise op: one tensor in, one of the same type out, no attributes, no weights. */
export function unaryOp(facts: UnaryFacts): OpDefinition<Record<never, never>> {
  return shapedUnaryOp({ ...facts, attributes: {}, parameters: {} });
}
