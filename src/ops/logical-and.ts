import { binaryOp } from "./binary.js";
import { notDifferentiable } from "./contracts.js";
import { nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";
export const logicalAnd = binaryOp({
  name: "logical_and",
  family: "logic",
  doc: "Logical and, with broadcasting.",
  value: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  workPerElement: { compares: 1 },
  readOnnx: [nodesOfTwo("And")],
  onnxOp: "And",
  takes: "bool",
  gives: "bool",
  gradient: notDifferentiable("a truth value has no slope"),
  lowerToTorch: torchOperator("&"),
  lowerToTfjs: binaryKernel("LogicalAnd"),
});
