import { arithmetic } from "./gradient-arithmetic.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
export const square = unaryOp({
  name: "square",
  family: "function",
  doc: "x * x.",
  value: (x) => x * x,
  workPerElement: { multiplies: 1 },
  gradient: (builder, { input }, g) => {
    const { mul, number } = arithmetic(builder);
    return mul(g, mul(input, number(2)));
  },
  readOnnx: [
    {
      nodeTypes: ["Mul"],
      takes: (node) => node.inputCount === 2 && node.isSame(0, 1),
      read: (site) => site.make([site.tensor(0)], {}),
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }) => onnx.node("Mul", [x, x], {}, outputs),
  lowerToTorch: torchCall("torch.square"),
  lowerToTfjs: unaryKernel("Square"),
});
