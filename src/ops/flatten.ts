import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, Shape, TensorType } from "../ir/shape.js";
import { attributesOf } from "./attributes.js";
import { axisProblem, resolveAxis } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { countOf } from "./expand.js";
import { reshapeTo, sizesOf } from "./gradient-arithmetic.js";
import { axisOfFlatten } from "./read-shapes.js";
import { surface } from "./surface.js";
import { toOwnSizes } from "./tfjs/passing.js";
import { torchCall } from "./torch/plain-forms.js";
import { int } from "./torch/python.js";

const attributes = attributesOf({ axis: { kind: "int", min: 0, doc: "the first axis that is merged" } });

/** The product of sizes, or undefined if it would contain the batch twice. */
function productOf(dims: Shape): Dim | undefined {
  let count = 1;
  let batches = 0;
  for (const dim of dims) {
    count *= typeof dim === "number" ? dim : dim.batch;
    if (typeof dim !== "number") batches++;
  }
  if (batches > 1) return undefined;
  return batches === 1 ? { batch: count } : count;
}

export const flatten = defineOp({
  name: "flatten",
  family: "movement",
  doc: "All axes from one on made into one.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "flatten",
      kind: "function",
      doc: "Makes all axes from `axis` on into one.",
      inputs: ["input"],
      parameters: { axis: { kind: "int", default: 1, doc: "the first axis that is merged; negative: from the end" } },
      resolve: ({ axis }, [input]) => {
        const counted = resolveAxis("flatten", axis, input?.shape ?? []);
        return isProblem(counted) ? counted : { axis: counted };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { axis }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = axisProblem("flatten", axis, shape);
    if (wrong) return wrong;
    const merged = productOf(shape.slice(axis));
    if (merged === undefined) return problem("shape/flatten-batch", { actual: shape, axis }, "axis");
    return [{ dtype, shape: [...shape.slice(0, axis), merged] }];
  },
  work: () => work({}),
  evaluate: ([input], { axis }) => {
    const { shape, data } = input as Tensor;
    return [{ shape: [...shape.slice(0, axis), countOf(shape.slice(axis))], data }];
  },
  gradient: (builder, { inputs }, [g]) => [reshapeTo(builder, g as ValueId, sizesOf(builder, inputs[0] as ValueId))],
  readOnnx: [
    {
      nodeTypes: ["Flatten"],
      read: (site) => {
        const [x, axis] = [site.tensor(0), axisOfFlatten(site)];
        if (isProblem(x)) return x;
        const rank = site.typeOf(x).shape.length;
        return axis > rank ? site.refuse(`its axis is ${axis}, of ${rank}`) : site.make([x], { axis });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { axis }) => {
    if (axis === 1) onnx.node("Flatten", [x], { axis }, outputs);
    // In the target of Reshape, 0 keeps the size at its position and -1 takes the rest.
    else onnx.node("Reshape", [x, onnx.int64s([...new Array<number>(axis).fill(0), -1])], {}, outputs);
  },
  lowerToTorch: torchCall("torch.flatten", ({ axis }) => ({ start_dim: [int("axis", axis), "0"] })),
  lowerToTfjs: toOwnSizes,
  window: () => undefined,
  spatial: () => "same order",
  // Row-major order is kept, so with an equal shape the tensor is unchanged.
  isIdentity: () => true,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: true,
});
