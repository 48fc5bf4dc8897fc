import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import {
  type GradientBuilder,
  type OnnxBuilder,
  type OnnxSite,
  type OpDefinition,
  type Tensor,
  type Work,
  work,
} from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { surface } from "./surface.js";

/** The values of one application that its slope may be told from. */
export interface UnarySite {
  readonly input: ValueId;
  readonly output: ValueId;
}

/** What an element-wise op without attributes has to say of itself; the rest follows. */
export interface UnaryFacts {
  readonly name: string;
  readonly doc: string;
  readonly value: (x: number) => number;
  readonly workPerElement: Partial<Work>;
  readonly lowerToOnnx: (onnx: OnnxBuilder, site: OnnxSite) => unknown;
  /** The input's gradient from the result's. */
  readonly gradient: (builder: GradientBuilder, site: UnarySite, resultGradient: ValueId) => ValueId;
}

/** Completes an element-wise op: one tensor in, one of the same type out, no attributes, no weights. */
export function unaryOp(facts: UnaryFacts): OpDefinition<Record<never, never>> {
  return {
    name: facts.name,
    doc: facts.doc,
    inputs: [{ name: "input", role: "tensor" }],
    results: ["output"],
    attributes: {},
    surfaces: [
      surface({
        name: facts.name,
        kind: "function",
        doc: facts.doc,
        inputs: ["input"],
        parameters: {},
        resolve: () => ({}),
      }),
    ],
    slots: () => ({}),
    inferTypes: ([input]) => floatProblem(facts.name, [input as TensorType]) ?? [input as TensorType],
    work: ([input]) => {
      const elements = elementCount((input as TensorType).shape);
      const scaled = Object.entries(facts.workPerElement).map(([fact, count]) => [fact, count * elements]);
      return work(Object.fromEntries(scaled) as Partial<Work>);
    },
    evaluate: ([input]) => {
      const { shape, data } = input as Tensor;
      return [{ shape, data: data.map(facts.value) }];
    },
    gradient: (builder, { inputs, outputs }, [resultGradient]) => {
      const site = { input: inputs[0] as ValueId, output: outputs[0] as ValueId };
      return [facts.gradient(builder, site, resultGradient as ValueId)];
    },
    lowerToOnnx: (onnx, site) => {
      facts.lowerToOnnx(onnx, site);
    },
    window: () => undefined,
    inPlace: true,
  };
}
