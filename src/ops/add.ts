import { binaryOp } from "./binary.js";
import { nodesOfMany, nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";

export const add = binaryOp({
  name: "add",
  family: "arithmetic",
  doc: "a + b, with broadcasting.",
  value: (a, b) => a + b,
  workPerElement: { adds: 1 },
  readOnnx: [nodesOfTwo("Add"), nodesOfMany("Sum")],
  onnxOp: "Add",
  gives: "float32",
  gradient: (_, __, g) => [g, g],
  lowerToTorch: torchOperator("+"),
  lowerToTfjs: binaryKernel("Add"),
});
