import { binaryOp } from "./binary.js";
import { notDifferentiable } from "./contracts.js";
import { nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";
export const logicalOr = binaryOp({
  name: "logical_or",
  family: "logic",
  doc: "Logical or, with broadcasting.",
  value: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  workPerElement: { compares: 1 },
  readOnnx: [nodesOfTwo("Or")],
  onnxOp: "Or",
  takes: "bool",
  gives: "bool",
  gradient: notDifferentiable("a truth value has no slope"),
  lowerToTorch: torchOperator("|"),
  lowerToTfjs: binaryKernel("LogicalOr"),
});
