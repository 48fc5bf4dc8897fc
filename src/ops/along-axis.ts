import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import { axisProblem, resolveAxis, viewAlong } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
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
import type { OnnxReader } from "./onnx-node.js";
import { counted, only } from "./read-nodes.js";
import { productOf } from "./read-shapes.js";
import { toSignedSizes } from "./signed-sizes.js";
import { alongAxes, mixedAlike } from "./spatial.js";
import { surface } from "./surface.js";
import type { LowerToTfjs } from "./tfjs/builder.js";
import type { TorchExpression } from "./torch/lowering.js";
import type { UnarySite } from "./unary.js";

export const axisAttributes = attributesOf({ axis: { kind: "int", min: 0, doc: "the axis of the classes" } });

export type AxisAttributes = AttributesOf<typeof axisAttributes>;

/** What defines an op that maps each vector along one axis to another (softmax and similar ops). */
export interface AlongAxisFacts {
  readonly name: string;
  readonly doc: string;
  readonly transform: (vector: Float64Array) => Float64Array;
  /** Work for a vector of `length` elements. */
  readonly workPerVector: (length: number) => Partial<Work>;
  /** Checks the size along the axis, in addition to the checks that all these ops share. */
  readonly check?: (input: TensorType, axis: number) => Problem | undefined;
  readonly readOnnx: OpDefinition<AxisAttributes>["readOnnx"];
  readonly lowerToOnnx: (onnx: OnnxBuilder, site: OnnxSite, axis: number) => unknown;
  readonly lowerToTorch: TorchExpression<AxisAttributes>;
  readonly lowerToTfjs: LowerToTfjs<AxisAttributes>;
  /** The input's gradient from the result's. */
  readonly gradient: (builder: GradientBuilder, site: UnarySite, resultGradient: ValueId, axis: number) => ValueId;
}

/** Reads a node along one axis. Before opset 13, all axes from that one on were treated as one. */
export const alongAxisNodes = (nodeType: string): OnnxReader<AxisAttributes> => ({
  nodeTypes: [nodeType],
  read: (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const { shape } = site.typeOf(x);
    const axis = counted(site.attributes.int("axis", site.opset < 13 ? 1 : -1), shape.length);
    const isOverOne = shape.slice(axis + 1).every((dim) => dim === 1);
    if (site.opset >= 13 || isOverOne) return site.make([x], { axis });
    const rows = toSignedSizes([productOf(shape.slice(0, axis)), productOf(shape.slice(axis))]);
    const made = site.make([site.one("reshape", [x], { shape: rows })], { axis: 1 });
    return isProblem(made) ? made : only(site.one("reshape", made, { shape: toSignedSizes(shape) }));
  },
});

/** An op over the vectors of a float32 tensor along one axis; it keeps the shape. */
export function alongAxisOp(facts: AlongAxisFacts): OpDefinition<AxisAttributes> {
  const { name, doc } = facts;
  return {
    name,
    family: "softmax",
    doc,
    inputs: [{ name: "input", role: "tensor" }],
    results: ["output"],
    attributes: axisAttributes,
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
    evaluate: ([given], { axis }) => [
      transformAlong([given as Tensor], axis, ([vector]) => facts.transform(vector as Float64Array)),
    ],
    gradient: (builder, { inputs, outputs }, [resultGradient], { axis }) => {
      const site = { input: inputs[0] as ValueId, output: outputs[0] as ValueId };
      return [facts.gradient(builder, site, resultGradient as ValueId, axis)];
    },
    readOnnx: facts.readOnnx,
    lowerToOnnx: (onnx, site, { axis }) => {
      facts.lowerToOnnx(onnx, site, axis);
    },
    lowerToTorch: facts.lowerToTorch,
    lowerToTfjs: facts.lowerToTfjs,
    window: () => undefined,
    // Along the axis every output depends on every input. Other axes are untouched: over channels (axis 1), the receptive field stays.
    spatial: (inputs, _, { axis }) => alongAxes(inputs, (at) => (at === axis ? mixedAlike(at) : undefined)),
    isIdentity: () => false,
    facts: () => ({}),
    pieces: () => ({ kind: "none" }),
    outputChannels: () => undefined,
    channels: freeOfChannels,
    probe: { kind: "none" },
    inPlace: false,
  };
}

/** Maps the vectors along one axis of tensors of one shape to the vectors of the result. */
export function transformAlong(
  tensors: readonly [Tensor, ...Tensor[]],
  axis: number,
  transform: (vectors: readonly Float64Array[]) => Float64Array,
): Tensor {
  const { shape, data } = tensors[0];
  const { outer, length, inner } = viewAlong(shape, axis);
  const out = new Float64Array(data.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const base = o * length * inner + i;
      const vectors = tensors.map(({ data: x }) => {
        const vector = new Float64Array(length);
        for (let k = 0; k < length; k++) vector[k] = x[base + k * inner] as number;
        return vector;
      });
      const made = transform(vectors);
      for (let k = 0; k < length; k++) out[base + k * inner] = made[k] as number;
    }
  }
  return { shape, data: out };
}
