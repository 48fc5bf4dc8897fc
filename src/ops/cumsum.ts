import { isProblem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { transformAlong } from "./along-axis.js";
import { axisProblem, resolveAxis } from "./axes.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { alongAxes, mixed } from "./spatial.js";
import { surface } from "./surface.js";

type CumsumAttributes = { readonly axis: number; readonly reverse: boolean };

/** The sums of all that stands before each element, from the first (or, in reverse, the last) one on. */
function running(vector: Float64Array, reverse: boolean): Float64Array {
  const sums = new Float64Array(vector.length);
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    const at = reverse ? vector.length - 1 - i : i;
    sum += vector[at] as number;
    sums[at] = sum;
  }
  return sums;
}

/** PyTorch's cumsum. An element takes part in all sums behind it, so its gradient is the sum of theirs: the same in reverse. */
export const cumsum = defineOp<CumsumAttributes>({
  name: "cumsum",
  family: "reduction",
  doc: "Along one axis, the sum of each element and all before it; in reverse, all behind it.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: {
    axis: { kind: "int", min: 0, doc: "the axis along which sums run" },
    reverse: { kind: "bool", doc: "whether they run from the last element to the first" },
  },
  surfaces: [
    surface({
      name: "cumsum",
      kind: "function",
      doc: "Along one axis, the sum of each element and all before it.",
      inputs: ["input"],
      parameters: {
        axis: { kind: "int", doc: "the axis along which sums run; negative: from the end" },
        reverse: { kind: "bool", default: false, doc: "from the last element to the first" },
      },
      resolve: ({ axis, reverse }, [input]) => {
        const counted = resolveAxis("cumsum", axis, input?.shape ?? []);
        return isProblem(counted) ? counted : { axis: counted, reverse };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([given], { axis }) => {
    const input = given as TensorType;
    return floatProblem("cumsum", [input]) ?? axisProblem("cumsum", axis, input.shape) ?? [input];
  },
  work: ([input], _, { axis }) => {
    const { shape } = input as TensorType;
    const elements = elementCount(shape);
    return work({ adds: elements - elements / elementCount([shape[axis] as Dim]) });
  },
  evaluate: ([input], { axis, reverse }) => [
    transformAlong([input as Tensor], axis, ([vector]) => running(vector as Float64Array, reverse)),
  ],
  gradient: (builder, _, [g], { axis, reverse }) => [
    builder.node("cumsum", [g as ValueId], { axis, reverse: !reverse }),
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { axis, reverse }) => {
    onnx.node("CumSum", [x, onnx.int64s(axis)], reverse ? { reverse: 1 } : {}, outputs);
  },
  window: () => undefined,
  spatial: (inputs, _, { axis }) => alongAxes(inputs, (at) => (at === axis ? mixed(at) : undefined)),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  probe: { kind: "none" },
  inPlace: false,
});
