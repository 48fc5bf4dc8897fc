import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { axisProblem, resolveAxis } from "./axes.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { gather, rowMajorStrides } from "./expand.js";
import { broadcastToSizes, sizesOf } from "./gradient-arithmetic.js";
import { alongAxes, stays } from "./spatial.js";
import { surface } from "./surface.js";

type SliceAttributes = { readonly axis: number; readonly from: number; readonly to: number };

export const slice = defineOp<SliceAttributes>({
  name: "slice",
  family: "movement",
  doc: "The part of a tensor from one index to another (left out) along one axis.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: {
    axis: { kind: "int", min: 0, doc: "the axis that is cut" },
    from: { kind: "int", min: 0, doc: "the first index taken" },
    to: { kind: "int", min: 1, doc: "the first index left out" },
  },
  surfaces: [
    surface({
      name: "slice",
      kind: "function",
      doc: "Takes a part of a tensor along one axis.",
      inputs: ["input"],
      parameters: {
        axis: { kind: "int", doc: "the axis to cut; negative: from the end" },
        from: { kind: "int", default: 0, doc: "the first index taken; negative: from the end" },
        to: { kind: "int", computed: "the axis' size", doc: "the first index left out; negative: from the end" },
      },
      resolve: (args, [input]) => {
        const shape = input?.shape ?? [];
        const axis = resolveAxis("slice", args.axis, shape);
        if (isProblem(axis)) return axis;
        const size = shape[axis] as Dim;
        if (typeof size !== "number") {
          return problem("shape/needs-fixed-size", { op: "slice", axis, actual: shape }, "axis");
        }
        const counted = (index: number): number => (index < 0 ? index + size : index);
        const [from, to] = [counted(args.from), counted(args.to ?? size)];
        if (from < 0 || to > size || from >= to) {
          const said = { from: args.from, to: args.to ?? size, axis, actual: shape };
          return problem("shape/slice-out-of-range", said, args.to === undefined ? "from" : "to");
        }
        return { axis, from, to };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { axis, from, to }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = axisProblem("slice", axis, shape);
    if (wrong) return wrong;
    const size = shape[axis] as Dim;
    if (typeof size !== "number") {
      return problem("shape/needs-fixed-size", { op: "slice", axis, actual: shape }, "axis");
    }
    if (from >= to || to > size) return problem("shape/slice-out-of-range", { from, to, axis, actual: shape }, "to");
    return [{ dtype, shape: shape.map((dim, k) => (k === axis ? to - from : dim)) }];
  },
  work: () => work({}),
  evaluate: ([input], { axis, from, to }) => {
    const { shape, data } = input as Tensor;
    const strides = rowMajorStrides(shape);
    const outShape = shape.map((size, k) => (k === axis ? to - from : size));
    return [{ shape: outShape, data: gather(data, outShape, strides, from * (strides[axis] as number)) }];
  },
  gradient: (builder, { inputs }, [g], { axis, from, to }) => {
    const sizes = sizesOf(builder, inputs[0] as ValueId);
    const zeros = (length: number): readonly ValueId[] =>
      length === 0 ? [] : [broadcastToSizes(builder, builder.number(0), sizes.with(axis, length))];
    return [builder.node("concat", [...zeros(from), g as ValueId, ...zeros((sizes[axis] as number) - to)], { axis })];
  },
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { axis, from, to }) => {
    onnx.node("Slice", [x, onnx.int64s([from]), onnx.int64s([to]), onnx.int64s([axis])], {}, outputs);
  },
  window: () => undefined,
  spatial: (inputs) => alongAxes(inputs, stays),
  isIdentity: () => true,
  outputChannels: () => undefined,
  probe: { kind: "none" },
  inPlace: false,
});
