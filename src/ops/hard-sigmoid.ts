import { arithmetic } from "./gradient-arithmetic.js";
import { unaryOp } from "./unary.js";
/** PyTorch's tie rule: the gradient is 0 at -3 and at 3. */
export const hardSigmoid = unaryOp({
  name: "hard_sigmoid",
  family: "activation",
  doc: "min(1, max(0, x / 6 + 1 / 2)).",
  value: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
  workPerElement: { multiplies: 1, adds: 1, compares: 2 },
  gradient: (builder, { input }, g) => {
    const { mul, number } = arithmetic(builder);
    return mul(mul(g, builder.node("inside", [input], { low: -3, high: 3, closed: false })), number(1 / 6));
  },
  lowerToOnnx: (onnx, { inputs, outputs }) =>
    onnx.node("HardSigmoid", inputs, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }, outputs),
});
