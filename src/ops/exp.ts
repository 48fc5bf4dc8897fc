import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
export const exp = unaryOp({
  name: "exp",
  family: "function",
  doc: "e to the power of x.",
  value: Math.exp,
  workPerElement: { exponentials: 1 },
  gradient: (builder, { output }, g) => arithmetic(builder).mul(g, output),
  readOnnx: [nodesOfOne("Exp")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Exp", inputs, {}, outputs),
  lowerToTorch: torchCall("torch.exp"),
  lowerToTfjs: unaryKernel("Exp"),
});
