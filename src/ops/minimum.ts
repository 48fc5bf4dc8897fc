import { binaryOp } from "./binary.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfMany } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
/** PyTorch's tie rule: if both are equal, each gets half the gradient. */
export const minimum = binaryOp({
  name: "minimum",
  family: "arithmetic",
  doc: "The smaller of a and b, element by element, with broadcasting.",
  value: (a, b) => Math.min(a, b),
  workPerElement: { compares: 1 },
  readOnnx: [nodesOfMany("Min")],
  onnxOp: "Min",
  gives: "float32",
  gradient: (builder, { a, b }, g) => {
    const { mul, number, where } = arithmetic(builder);
    const shared = where(builder.node("equal", [a, b]), mul(g, number(0.5)), number(0));
    return [where(builder.node("less", [a, b]), g, shared), where(builder.node("less", [b, a]), g, shared)];
  },
  lowerToTorch: torchCall("torch.minimum"),
  lowerToTfjs: binaryKernel("Minimum"),
});
