import { binaryOp } from "./binary.js";
import { nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";

export const add = binaryOp({
  name: "add",
  family: "arithmetic",
  doc: "a + b, with broadcasting.",
  value: (a, b) => a + b,
  workPerElement: { adds: 1 },
  readOnnx: [nodesOfTwo("Add", "Sum")],
  onnxOp: "Add",
  gives: "float32",
  gradient: (_, __, g) => [g, g],
  lowerToTfjs: binaryKernel("Add"),
});
