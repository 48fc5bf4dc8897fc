import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
/** Work: 1 - 2 / (exp(2x) + 1). */
export const tanh = unaryOp({
  name: "tanh",
  family: "activation",
  doc: "The hyperbolic tangent.",
  value: Math.tanh,
  workPerElement: { exponentials: 1, multiplies: 1, adds: 2, divisions: 1 },
  gradient: (builder, { output }, g) => {
    const { mul, number, sub } = arithmetic(builder);
    return mul(g, sub(number(1), mul(output, output)));
  },
  readOnnx: [nodesOfOne("Tanh")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Tanh", inputs, {}, outputs),
  lowerToTorch: torchCall("torch.tanh"),
  lowerToTfjs: unaryKernel("Tanh"),
});
