import { arithmetic } from "./gradient-arithmetic.js";
import { unaryOp } from "./unary.js";

/** The constants under which mean 0 and variance 1 are kept (Klambauer et al. 2017, equation 14). */
export const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];

export const selu = unaryOp({
  name: "selu",
  family: "activation",
  doc: "Scaled ELU: 1.0507 x where it is positive, 1.7581 (exp(x) - 1) elsewhere.",
  value: (x) => scale * (x > 0 ? x : alpha * Math.expm1(x)),
  workPerElement: { compares: 1, exponentials: 1, adds: 1, multiplies: 2 },
  gradient: (builder, { input, output }, g) => {
    const { add, mul, number, where } = arithmetic(builder);
    const isPositive = builder.node("greater", [input, number(0)]);
    return mul(g, where(isPositive, number(scale), add(output, number(scale * alpha))));
  },
  lowerToOnnx: (onnx, { inputs, outputs }) =>
    onnx.node("Selu", inputs, { alpha: { float: alpha }, gamma: { float: scale } }, outputs),
});
