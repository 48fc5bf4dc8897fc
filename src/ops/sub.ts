import { binaryOp } from "./binary.js";
import { nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";

export const sub = binaryOp({
  name: "sub",
  family: "arithmetic",
  doc: "a - b, with broadcasting.",
  value: (a, b) => a - b,
  workPerElement: { adds: 1 },
  readOnnx: [nodesOfTwo("Sub")],
  onnxOp: "Sub",
  gives: "float32",
  gradient: (builder, _, g) => [g, builder.node("neg", [g])],
  lowerToTorch: torchOperator("-"),
  lowerToTfjs: binaryKernel("Sub"),
});
