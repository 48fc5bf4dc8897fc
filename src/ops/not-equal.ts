import { binaryOp } from "./binary.js";
import { notDifferentiable } from "./contracts.js";
import { nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";
export const notEqual = binaryOp({
  name: "not_equal",
  family: "comparison",
  doc: "Whether a and b differ, with broadcasting.",
  value: (a, b) => (a === b ? 0 : 1),
  workPerElement: { compares: 1 },
  readOnnx: [nodesOfTwo("lfer.NotEqual")],
  onnxOp: "Equal",
  negated: true,
  gives: "bool",
  gradient: notDifferentiable("a truth value has no slope"),
  lowerToTorch: torchOperator("!="),
  lowerToTfjs: binaryKernel("NotEqual"),
});
