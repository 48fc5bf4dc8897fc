import { binaryOp } from "./binary.js";
import { notDifferentiable } from "./contracts.js";
import { nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";
export const less = binaryOp({
  name: "less",
  family: "comparison",
  doc: "Whether a < b, with broadcasting.",
  value: (a, b) => (a < b ? 1 : 0),
  workPerElement: { compares: 1 },
  readOnnx: [nodesOfTwo("Less")],
  onnxOp: "Less",
  gives: "bool",
  gradient: notDifferentiable("a truth value has no slope"),
  lowerToTorch: torchOperator("<"),
  lowerToTfjs: binaryKernel("Less"),
});
