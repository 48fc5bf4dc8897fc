import type { ValueId } from "../ir/graph.js";
import { binaryOp } from "./binary.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfTwo } from "./read-nodes.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";
/** Work: exp(b * ln a). */
export const pow = binaryOp({
  name: "pow",
  family: "arithmetic",
  doc: "a to the power of b, with broadcasting.",
  value: (a, b) => a ** b,
  workPerElement: { exponentials: 1, logarithms: 1, multiplies: 1 },
  readOnnx: [nodesOfTwo("Pow")],
  onnxOp: "Pow",
  gives: "float32",
  gradient: (builder, { a, b, output }, g) => {
    // PyTorch's edge cases: a's gradient is 0 where b is 0, b's where a is 0.
    const { mul, number, sub, where } = arithmetic(builder);
    const equalsZero = (x: ValueId): ValueId => builder.node("equal", [x, number(0)]);
    const forA = where(equalsZero(b), number(0), mul(b, builder.node("pow", [a, sub(b, number(1))])));
    const forB = where(equalsZero(a), number(0), mul(output, builder.node("log", [a])));
    return [mul(g, forA), mul(g, forB)];
  },
  lowerToTorch: torchOperator("**"),
  lowerToTfjs: binaryKernel("Pow"),
});
