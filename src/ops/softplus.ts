import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { softplusOf } from "./stable-math.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
export const softplus = unaryOp({
  name: "softplus",
  family: "activation",
  doc: "ln(1 + exp(x)).",
  value: softplusOf,
  workPerElement: { exponentials: 1, adds: 1, logarithms: 1 },
  gradient: (builder, { input }, g) => arithmetic(builder).mul(g, builder.node("sigmoid", [input])),
  readOnnx: [nodesOfOne("Softplus")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Softplus", inputs, {}, outputs),
  lowerToTorch: torchCall("F.softplus"),
  lowerToTfjs: unaryKernel("Softplus"),
});
