import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { axisProblem, resolveAxis, viewAlong } from "./axes.js";
import { type OnnxBuilder, type OnnxSite, type OpDefinition, type Tensor, type Work, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { surface } from "./surface.js";

export type AxisAttributes = { readonly axis: number };

/** What an op that turns each vector along one axis into another (softmax and its kin) has to say of itself. */
export interface AlongAxisFacts {
  readonly name: string;
  readonly doc: string;
  readonly transform: (vector: Float64Array) => Float64Array;
  /** Work for a vector of `length` elements. */
  readonly workPerVector: (length: number) => Partial<Work>;
  /** What may be wrong with the size along the axis, besides what all have in common. */
  readonly check?: (input: TensorType, axis: number) => Problem | undefined;
  readonly lowerToOnnx: (onnx: OnnxBuilder, site: OnnxSite, axis: number) => unknown;
}

/** Completes an op over the vectors of a float32 tensor along one axis; shapes stay as they are. */
export function alongAxisOp(facts: AlongAxisFacts): OpDefinition<AxisAttributes> {
  const { name, doc } = facts;
  return {
    name,
    doc,
    inputs: [{ name: "input", role: "tensor" }],
    results: ["output"],
    attributes: { axis: { kind: "int", min: 0, doc: "the axis of the classes" } },
    surfaces: [
      surface({
        name,
        kind: "function",
        doc,
        inputs: ["input"],
        parameters: { axis: { kind: "int", default: 1, doc: "the axis of the classes; negative: from the end" } },
        resolve: ({ axis }, [input]) => {
          const counted = resolveAxis(name, axis, input?.shape ?? []);
          return isProblem(counted) ? counted : { axis: counted };
        },
      }),
    ],
    slots: () => ({}),
    inferTypes: ([given], { axis }) => {
      const input = given as TensorType;
      const wrong = floatProblem(name, [input]) ?? axisProblem(name, axis, input.shape);
      return wrong ?? facts.check?.(input, axis) ?? [input];
    },
    work: ([given], _, { axis }) => {
      const { shape } = given as TensorType;
      const length = elementCount([shape[axis] as Dim]);
      const vectors = elementCount(shape) / length;
      const perVector = Object.entries(facts.workPerVector(length));
      return work(Object.fromEntries(perVector.map(([fact, count]) => [fact, count * vectors])));
    },
    evaluate: ([given], { axis }) => [transformAlong(given as Tensor, axis, facts.transform)],
    lowerToOnnx: (onnx, site, { axis }) => {
      facts.lowerToOnnx(onnx, site, axis);
    },
    window: () => undefined,
    inPlace: false,
  };
}

function transformAlong({ shape, data }: Tensor, axis: number, transform: AlongAxisFacts["transform"]): Tensor {
  const { outer, length, inner } = viewAlong(shape, axis);
  const out = new Float64Array(data.length);
  const vector = new Float64Array(length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const base = o * length * inner + i;
      for (let k = 0; k < length; k++) vector[k] = data[base + k * inner] as number;
      for (const [k, value] of transform(vector).entries()) out[base + k * inner] = value;
    }
  }
  return { shape, data: out };
}
