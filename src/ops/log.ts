import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
export const log = unaryOp({
  name: "log",
  family: "function",
  doc: "The natural logarithm.",
  value: Math.log,
  workPerElement: { logarithms: 1 },
  gradient: (builder, { input }, g) => arithmetic(builder).div(g, input),
  readOnnx: [nodesOfOne("Log")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Log", inputs, {}, outputs),
  lowerToTorch: torchCall("torch.log"),
  lowerToTfjs: unaryKernel("Log"),
});
