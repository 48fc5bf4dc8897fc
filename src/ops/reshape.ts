import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, Shape, TensorType } from "../ir/shape.js";
import { attributesOf } from "./attributes.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { reshapeTo, sizesOf } from "./gradient-arithmetic.js";
import { mostAxes } from "./onnx-node.js";
import { blockNodes } from "./read-blocks.js";
import { areAxes, axesOf, counted } from "./read-nodes.js";
import { axisOfFlatten, productOf, targetShape } from "./read-shapes.js";
import { fromSignedSizes, toSignedSizes } from "./signed-sizes.js";
import { surface } from "./surface.js";
import { toOwnSizes } from "./tfjs/passing.js";
import { int, method } from "./torch/python.js";

const attributes = attributesOf({
  shape: { kind: "ints", signedSizes: true, doc: "the new sizes; -k stands for k*N" },
});

/** The number of elements, as `count * N^batches`. */
function countWithBatches(shape: Shape): { readonly count: number; readonly batches: number } {
  let [count, batches] = [1, 0];
  for (const dim of shape) {
    count *= typeof dim === "number" ? dim : dim.batch;
    if (typeof dim !== "number") batches++;
  }
  return { count, batches };
}

export const reshape = defineOp({
  name: "reshape",
  family: "movement",
  doc: "The same elements in row-major order under another shape.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "reshape",
      kind: "function",
      doc: "Regroups the elements, in order, under another shape.",
      inputs: ["input"],
      parameters: { shape: { kind: "shape", min: 1, doc: "the new shape; at most one size is a multiple of N" } },
      resolve: ({ shape }) => ({ shape: toSignedSizes(shape) }),
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], a) => {
    const { dtype, shape } = input as TensorType;
    const to = fromSignedSizes(a.shape);
    const [before, after] = [countWithBatches(shape), countWithBatches(to)];
    if (before.count !== after.count || before.batches !== after.batches || after.batches > 1 || a.shape.includes(0)) {
      return problem("shape/reshape-count", { from: shape, to }, "shape");
    }
    return [{ dtype, shape: to }];
  },
  work: () => work({}),
  evaluate: ([input], a) => {
    const { data } = input as Tensor;
    const known = a.shape.reduce((product, size) => product * Math.abs(size), 1);
    const batch = data.length / known;
    return [{ shape: a.shape.map((size) => (size < 0 ? -size * batch : size)), data }];
  },
  gradient: (builder, { inputs }, [g]) => [reshapeTo(builder, g as ValueId, sizesOf(builder, inputs[0] as ValueId))],
  readOnnx: [
    blockNodes,
    {
      nodeTypes: ["Reshape"],
      read: (site) => {
        const x = site.tensor(0);
        if (isProblem(x)) return x;
        const target = targetShape(site, site.typeOf(x).shape, 1);
        return isProblem(target) ? target : site.make([x], { shape: toSignedSizes(target) });
      },
    },
    {
      nodeTypes: ["Squeeze"],
      read: (site) => {
        const x = site.tensor(0);
        if (isProblem(x)) return x;
        const { shape } = site.typeOf(x);
        const given = axesOf(site);
        if (isProblem(given)) return given;
        const axes = given?.map((axis) => counted(axis, shape.length));
        const isSound = axes === undefined || (areAxes(axes, shape.length) && axes.every((axis) => shape[axis] === 1));
        if (!isSound) return site.refuse(`it removes axes ${axes.join(", ")} of [${shape.map(String).join(", ")}]`);
        const kept = shape.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis)));
        return site.make([x], { shape: toSignedSizes(kept) });
      },
    },
    {
      nodeTypes: ["Unsqueeze"],
      read: (site) => {
        const x = site.tensor(0);
        if (isProblem(x)) return x;
        const { shape } = site.typeOf(x);
        const given = axesOf(site);
        if (given === undefined || isProblem(given)) return given ?? site.refuse("it has no axes");
        if (given.length > mostAxes) return site.refuse(`it adds ${given.length} axes`);
        const wanted: Dim[] = [...shape];
        const rank = shape.length + given.length;
        const axes = given.map((axis) => counted(axis, rank)).sort((a, b) => a - b);
        if (!areAxes(axes, rank)) return site.refuse(`its axes are ${given.join(", ")}, of ${rank}`);
        for (const axis of axes) wanted.splice(axis, 0, 1);
        return site.make([x], { shape: toSignedSizes(wanted) });
      },
    },
    {
      // Flatten from axis 1 on is an op of its own.
      nodeTypes: ["Flatten"],
      takes: (node) => axisOfFlatten(node) !== 1,
      read: (site) => {
        const x = site.tensor(0);
        if (isProblem(x)) return x;
        const { shape } = site.typeOf(x);
        const axis = axisOfFlatten(site);
        if (axis < 0 || axis > shape.length) {
          return site.refuse(`its axis is ${site.attributes.int("axis", 1)}, of ${shape.length}`);
        }
        return site.make([x], {
          shape: toSignedSizes([productOf(shape.slice(0, axis)), productOf(shape.slice(axis))]),
        });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, a) => {
    // At most one size depends on N: -1 takes the rest.
    const target = a.shape.map((size) => (size < 0 ? -1 : size));
    onnx.node("Reshape", [x, onnx.int64s(target)], {}, outputs);
  },
  lowerToTorch: (site, { shape }) =>
    method(
      site.tensor(0),
      "reshape",
      shape.map((size) => int("size", Math.max(-1, size))),
    ),
  lowerToTfjs: toOwnSizes,
  window: () => undefined,
  spatial: () => "same order",
  // Row-major order is kept, so with an equal shape the tensor is unchanged.
  isIdentity: () => true,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: true,
});
