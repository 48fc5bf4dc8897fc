import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { gather, rowMajorStrides } from "./expand.js";
import { alongAxes, stays } from "./spatial.js";
import { surface } from "./surface.js";
import { int, method } from "./torch/python.js";

const attributes = attributesOf({
  permutation: { kind: "ints", min: 0, doc: "for each axis of the result, the input's" },
});

export const transpose = defineOp({
  name: "transpose",
  family: "movement",
  doc: "The axes in another order: axis i of the result is axis permutation[i] of the input.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "transpose",
      kind: "function",
      doc: "Puts the axes in another order.",
      inputs: ["input"],
      parameters: {
        permutation: parameterOf(attributes.permutation, { doc: "all axes of the input, in their new order" }),
      },
      resolve: (args) => args,
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { permutation }) => {
    const { dtype, shape } = input as TensorType;
    const sorted = [...permutation].sort((a, b) => a - b);
    if (permutation.length !== shape.length || sorted.some((axis, i) => axis !== i)) {
      const wanted = "each axis once";
      return problem("shape/bad-axes", { op: "transpose", given: permutation, actual: shape, wanted }, "permutation");
    }
    return [{ dtype, shape: permutation.map((axis) => shape[axis] as Dim) }];
  },
  work: () => work({}),
  evaluate: ([input], { permutation }) => {
    const { shape, data } = input as Tensor;
    const strides = rowMajorStrides(shape);
    const outShape = permutation.map((axis) => shape[axis] as number);
    const outStrides = permutation.map((axis) => strides[axis] as number);
    return [{ shape: outShape, data: gather(data, outShape, outStrides) }];
  },
  gradient: (builder, _, [g], { permutation }) => {
    const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
    return [builder.node("transpose", [g as ValueId], { permutation: inverse })];
  },
  readOnnx: [
    {
      nodeTypes: ["Transpose"],
      read: (site) => {
        const x = site.tensor(0);
        if (isProblem(x)) return x;
        const rank = site.typeOf(x).shape.length;
        const permutation = site.attributes.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
        return site.make([x], { permutation });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, { permutation }) => {
    onnx.node("Transpose", inputs, { perm: permutation }, outputs);
  },
  // Only the recorded order of the axes changes; data is moved when another order is needed.
  lowerToTorch: (site, { permutation }) =>
    method(
      site.tensor(0),
      "permute",
      permutation.map((axis) => int("axis", axis)),
    ),
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { permutation }) => {
    const layout = tfjs.layoutOf(x).map((axis) => permutation.indexOf(axis));
    tfjs.set(y, tfjs.asHeld(x), layout);
  },
  window: () => undefined,
  spatial: (inputs, _, { permutation }) => alongAxes(inputs, (axis) => stays(permutation.indexOf(axis))),
  isIdentity: ({ permutation }) => permutation.every((from, to) => from === to),
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
