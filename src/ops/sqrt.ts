import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
export const sqrt = unaryOp({
  name: "sqrt",
  family: "function",
  doc: "The square root.",
  value: Math.sqrt,
  workPerElement: { roots: 1 },
  gradient: (builder, { output }, g) => {
    const { div, mul, number } = arithmetic(builder);
    return div(g, mul(output, number(2)));
  },
  readOnnx: [nodesOfOne("Sqrt")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Sqrt", inputs, {}, outputs),
  lowerToTorch: torchCall("torch.sqrt"),
  lowerToTfjs: unaryKernel("Sqrt"),
});
