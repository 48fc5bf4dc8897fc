import { binaryOp } from "./binary.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfMany } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
/** PyTorch's tie rule: if both are equal, each gets half the gradient. */
export const maximum = binaryOp({
  name: "maximum",
  family: "arithmetic",
  doc: "The larger of a and b, element by element, with broadcasting.",
  value: (a, b) => Math.max(a, b),
  workPerElement: { compares: 1 },
  readOnnx: [nodesOfMany("Max")],
  onnxOp: "Max",
  gives: "float32",
  gradient: (builder, { a, b }, g) => {
    const { mul, number, where } = arithmetic(builder);
    const shared = where(builder.node("equal", [a, b]), mul(g, number(0.5)), number(0));
    return [where(builder.node("greater", [a, b]), g, shared), where(builder.node("greater", [b, a]), g, shared)];
  },
  lowerToTorch: torchCall("torch.maximum"),
  lowerToTfjs: binaryKernel("Maximum"),
});
