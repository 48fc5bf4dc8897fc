import { binaryOp } from "./binary.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";
export const div = binaryOp({
  name: "div",
  family: "arithmetic",
  doc: "a / b, with broadcasting.",
  value: (a, b) => a / b,
  workPerElement: { divisions: 1 },
  readOnnx: [nodesOfTwo("Div")],
  onnxOp: "Div",
  gives: "float32",
  gradient: (builder, { b, output }, g) => {
    const { div, mul } = arithmetic(builder);
    const forA = div(g, b);
    return [forA, builder.node("neg", [mul(forA, output)])];
  },
  lowerToTorch: torchOperator("/"),
  lowerToTfjs: binaryKernel("RealDiv"),
});
