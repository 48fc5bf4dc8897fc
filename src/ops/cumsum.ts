import { isProblem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { transformAlong } from "./along-axis.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { axisProblem, resolveAxis } from "./axes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { counted } from "./read-nodes.js";
import { alongAxes, mixed } from "./spatial.js";
import { surface } from "./surface.js";
import { call, int, tuple } from "./torch/python.js";

const attributes = attributesOf({
  axis: { kind: "int", min: 0, doc: "the axis along which sums run" },
  reverse: { kind: "bool", doc: "whether they run from the last element to the first" },
});

/** Prefix sums, from the first element on, or in reverse from the last. */
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

/**
 * PyTorch's cumsum. An element is part of all sums after it, so its gradient is the sum of their gradients: a cumsum in
 * reverse.
 */
export const cumsum = defineOp({
  name: "cumsum",
  family: "reduction",
  doc: "Along one axis, the sum of each element and all before it; in reverse, all behind it.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "cumsum",
      kind: "function",
      doc: "Along one axis, the sum of each element and all before it.",
      inputs: ["input"],
      parameters: {
        axis: { kind: "int", doc: "the axis along which sums run; negative: from the end" },
        reverse: parameterOf(attributes.reverse, { default: false, doc: "from the last element to the first" }),
      },
      resolve: ({ axis, reverse }, [input]) => {
        const found = resolveAxis("cumsum", axis, input?.shape ?? []);
        return isProblem(found) ? found : { axis: found, reverse };
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
  readOnnx: [
    {
      nodeTypes: ["CumSum"],
      read: (site) => {
        const axes = site.plainNumbers(1);
        if (axes === undefined || isProblem(axes)) return axes ?? site.refuse("it has no axis");
        if (site.attributes.int("exclusive", 0) === 1) return site.refuse("its sums do not include their own element");
        const reverse = site.attributes.int("reverse", 0) === 1;
        return site.make([site.tensor(0)], { axis: counted(axes[0] ?? 0, site.shapeOf(0).length), reverse });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, { axis, reverse }) => {
    onnx.node("CumSum", [x, onnx.int64s(axis)], reverse ? { reverse: 1 } : {}, outputs);
  },
  lowerToTorch: (site, { axis, reverse }) => {
    const [x, at] = [site.tensor(0), int("axis", axis)];
    const turned = (value: string): string => call("torch.flip", [value, tuple([at])]);
    return reverse ? turned(call("torch.cumsum", [turned(x)], { dim: at })) : call("torch.cumsum", [x], { dim: at });
  },
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { axis, reverse }) => {
    const layout = tfjs.layoutOf(x);
    const told = { axis: layout.indexOf(axis), exclusive: false, reverse } as const;
    tfjs.set(y, tfjs.kernel("Cumsum", { x: tfjs.asHeld(x) }, told), layout);
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
