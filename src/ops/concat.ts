import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { addDims, type Dim, type Shape, sameDim, type TensorType } from "../ir/shape.js";
import { attributesOf } from "./attributes.js";
import { axisProblem, resolveAxis, viewAlong } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { countOf } from "./expand.js";
import { sizesOf } from "./gradient-arithmetic.js";
import { counted } from "./read-nodes.js";
import { alongAxes, stays } from "./spatial.js";
import { surface } from "./surface.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { call, int, tuple } from "./torch/python.js";

const attributes = attributesOf({ axis: { kind: "int", min: 0, doc: "the axis along which they are joined" } });

function concatShape(shapes: readonly Shape[], axis: number): Shape | Problem {
  const [first, ...others] = shapes;
  if (first === undefined) return problem("shape/no-tensors", { op: "concat" });
  const outside = axisProblem("concat", axis, first);
  if (outside) return outside;
  let total = first[axis] as Dim;
  for (const [i, other] of others.entries()) {
    const fits = other.length === first.length && other.every((dim, k) => k === axis || sameDim(dim, first[k] as Dim));
    const longer = fits ? addDims(total, other[axis] as Dim) : undefined;
    if (longer === undefined) {
      return problem("shape/concat-mismatch", { axis, first, other, position: i + 2 }, "input");
    }
    total = longer;
  }
  return first.map((dim, k) => (k === axis ? total : dim));
}

export const concat = defineOp({
  name: "concat",
  family: "joining",
  doc: "Tensors laid side by side along one axis.",
  inputs: "many",
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "concat",
      kind: "function",
      doc: "Lays tensors side by side along one axis.",
      inputs: "many",
      parameters: { axis: { kind: "int", default: 1, doc: "the axis that grows; negative: from the end" } },
      resolve: ({ axis }, [first]) => {
        if (first === undefined) return problem("shape/no-tensors", { op: "concat" });
        const counted = resolveAxis("concat", axis, first.shape);
        return isProblem(counted) ? counted : { axis: counted };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: (inputs, { axis }) => {
    const shapes = inputs.map((input) => input.shape);
    const shape = concatShape(shapes, axis);
    if (isProblem(shape)) return shape;
    const { dtype } = inputs[0] as TensorType;
    const stranger = inputs.find((input) => input.dtype !== dtype);
    if (stranger) {
      return problem("shape/wrong-dtype", { op: "concat", expected: dtype, actual: stranger.dtype }, "input");
    }
    return [{ dtype, shape }];
  },
  work: () => work({}),
  evaluate: (inputs, { axis }) => {
    const shapes = inputs.map((input) => input.shape);
    const shape = concatShape(shapes, axis) as readonly number[];
    const out = new Float64Array(countOf(shape));
    const { outer } = viewAlong(shape, axis);
    let to = 0;
    for (let o = 0; o < outer; o++) {
      for (const { data } of inputs) {
        const run = data.length / outer;
        out.set(data.subarray(o * run, (o + 1) * run), to);
        to += run;
      }
    }
    return [{ shape, data: out }] satisfies Tensor[];
  },
  gradient: (builder, { inputs }, [g], { axis }) => {
    const sizes = inputs.map((value) => sizesOf(builder, value)[axis] as number);
    return builder.nodes("split", [g as ValueId], { axis, sizes });
  },
  readOnnx: [
    {
      nodeTypes: ["Concat"],
      read: (site) => {
        const values = site.tensors();
        if (isProblem(values)) return values;
        return site.make(values, { axis: counted(site.attributes.int("axis", 0), site.shapeOf(0).length) });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, { axis }) => {
    onnx.node("Concat", inputs, { axis }, outputs);
  },
  lowerToTorch: (site, { axis }) => call("torch.cat", [tuple(site.tensors())], { dim: [int("axis", axis), "0"] }),
  lowerToTfjs: (tfjs, { inputs, outputs: [y] }, { axis }) => {
    const layout = tfjs.commonLayout(inputs, tfjs.sizesOf(y).length);
    const parts = inputs.map((value) => tfjs.inLayout(value, layout));
    tfjs.set(y, kernelsOf(tfjs).concat(parts, layout.indexOf(axis)), layout);
  },
  window: () => undefined,
  spatial: (inputs) => alongAxes(inputs, stays),
  isIdentity: () => true,
  facts: () => ({}),
  pieces: ({ axis }) => ({ kind: "joined", axis }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
