import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import { axisProblem, resolveAxis } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { countOf } from "./expand.js";
import { sizesOf } from "./gradient-arithmetic.js";
import { gatheringNodes, placesOfNodes } from "./read-gather.js";
import { alongAxes, mixed } from "./spatial.js";
import { surface } from "./surface.js";
import { hole } from "./torch/python.js";

const attributes = attributesOf({
  axis: { kind: "int", min: 0, doc: "the axis along which entries are taken" },
  indices: { kind: "ints", min: 0, doc: "for each entry of the result, the one of the input" },
});

export type GatherAttributes = AttributesOf<typeof attributes>;

/** Axes before, at and behind `axis` as three: the result's entry [i, j, k] is the input's [i, indices[j], k]. */
const aroundAxis = (sizes: readonly number[], axis: number): readonly [number, number] => [
  countOf(sizes.slice(0, axis)),
  countOf(sizes.slice(axis + 1)),
];

/**
 * PyTorch's index_select with indices that are fixed. An entry may be taken several times: its gradient is the sum over them, a product
 * with the matrix that has 1 where an index is that entry.
 */
export const gather = defineOp({
  name: "gather",
  family: "movement",
  doc: "The entries at fixed indices along one axis, in this order; an index may occur several times.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "gather",
      kind: "function",
      doc: "Takes entries along one axis by their indices.",
      inputs: ["input"],
      parameters: {
        axis: { kind: "int", doc: "the axis; negative: from the end" },
        indices: parameterOf(attributes.indices, { doc: "the entries to take, from 0" }),
      },
      resolve: ({ axis, indices }, [input]) => {
        const found = resolveAxis("gather", axis, input?.shape ?? []);
        return isProblem(found) ? found : { axis: found, indices };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { axis, indices }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = floatProblem("gather", [input as TensorType]) ?? axisProblem("gather", axis, shape);
    if (wrong) return wrong;
    const size = shape[axis] as Dim;
    if (typeof size !== "number") {
      return problem("shape/needs-fixed-size", { op: "gather", axis, actual: shape }, "axis");
    }
    const beyond = indices.find((index) => index >= size);
    if (beyond !== undefined || indices.length === 0) {
      const from = beyond ?? 0;
      return problem(
        "shape/slice-out-of-range",
        { from, to: indices.length === 0 ? 0 : from + 1, axis, actual: shape },
        "indices",
      );
    }
    return [{ dtype, shape: shape.with(axis, indices.length) }];
  },
  work: () => work({}),
  evaluate: ([input], { axis, indices }) => {
    const { shape, data } = input as Tensor;
    const [before, after] = aroundAxis(shape, axis);
    const size = shape[axis] as number;
    const taken = new Float64Array(before * indices.length * after);
    for (let i = 0; i < before; i++) {
      for (const [j, index] of indices.entries()) {
        const from = (i * size + index) * after;
        taken.set(data.subarray(from, from + after), (i * indices.length + j) * after);
      }
    }
    return [{ shape: shape.with(axis, indices.length), data: taken }];
  },
  gradient: (builder, { inputs }, [g], { axis, indices }) => {
    const sizes = sizesOf(builder, inputs[0] as ValueId);
    const [before, after] = aroundAxis(sizes, axis);
    const size = sizes[axis] as number;
    const numbers = (values: readonly number[], shape: readonly number[]): ValueId =>
      builder.node("constant", [], { shape, values });
    const entries = numbers(
      Array.from({ length: size }, (_, i) => i),
      [size, 1],
    );
    const isTaken = builder.node("equal", [entries, numbers(indices, [1, indices.length])]);
    const matrix = builder.node("where", [isTaken, builder.number(1), builder.number(0)]);
    const parts = builder.node("reshape", [g as ValueId], { shape: [before, indices.length, after] });
    return [builder.node("reshape", [builder.node("matmul", [matrix, parts])], { shape: sizes })];
  },
  readOnnx: [gatheringNodes, placesOfNodes],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { axis, indices }) => {
    onnx.node("Gather", [x, onnx.int64s(indices)], { axis }, outputs);
  },
  lowerToTorch: (site, { axis, indices }) =>
    `${site.tensor(0)}[${":, ".repeat(axis)}${hole("indices", `[${indices.join(", ")}]`)}]`,
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { axis, indices }) => {
    const layout = tfjs.layoutOf(x);
    const places = tfjs.constant(Int32Array.from(indices), [indices.length]);
    const told = { axis: layout.indexOf(axis), batchDims: 0 } as const;
    tfjs.set(y, tfjs.kernel("GatherV2", { x: tfjs.asHeld(x), indices: places }, told), layout);
  },
  window: () => undefined,
  spatial: (inputs, _, { axis }) => alongAxes(inputs, (at) => (at === axis ? mixed(at) : undefined)),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
