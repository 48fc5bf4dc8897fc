import { elementCount, type TensorType } from "../ir/shape.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type Tensor, work } from "./contracts.js";
import { dtypeProblem } from "./dtype-rules.js";
import { nodesOfOne } from "./read-nodes.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";
import { unaryKernel } from "./tfjs/elementwise.js";

export const logicalNot = defineOp({
  name: "logical_not",
  family: "logic",
  doc: "The negation of a boolean tensor.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: {},
  surfaces: [
    surface({
      name: "logical_not",
      kind: "function",
      doc: "The negation of a boolean tensor.",
      inputs: ["input"],
      parameters: {},
      resolve: () => ({}),
    }),
  ],
  slots: () => ({}),
  inferTypes: (inputs) => dtypeProblem("logical_not", "bool", inputs) ?? [inputs[0] as TensorType],
  work: ([input]) => work({ compares: elementCount((input as TensorType).shape) }),
  evaluate: ([input]) => {
    const { shape, data } = input as Tensor;
    return [{ shape, data: data.map((holds) => (holds === 0 ? 1 : 0)) }];
  },
  gradient: notDifferentiable("a truth value has no slope"),
  readOnnx: [nodesOfOne("Not")],
  lowerToOnnx: (onnx, { inputs, outputs }) => {
    onnx.node("Not", inputs, {}, outputs);
  },
  lowerToTorch: (site) => `(~${site.tensor(0)})`,
  lowerToTfjs: unaryKernel("LogicalNot"),
  window: () => undefined,
  spatial: (inputs, outputs) => cellByCell(inputs.slice(0, 1), outputs),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: true,
});
