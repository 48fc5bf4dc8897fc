import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { logistic } from "./stable-math.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
export const sigmoid = unaryOp({
  name: "sigmoid",
  family: "activation",
  doc: "1 / (1 + exp(-x)).",
  value: logistic,
  workPerElement: { exponentials: 1, adds: 1, divisions: 1 },
  gradient: (builder, { output }, g) => {
    const { mul, number, sub } = arithmetic(builder);
    return mul(g, mul(output, sub(number(1), output)));
  },
  readOnnx: [nodesOfOne("Sigmoid")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Sigmoid", inputs, {}, outputs),
  lowerToTorch: torchCall("torch.sigmoid"),
  lowerToTfjs: unaryKernel("Sigmoid"),
});
