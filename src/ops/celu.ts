import { arithmetic } from "./gradient-arithmetic.js";
import { shapedUnaryOp } from "./unary.js";

type CeluAttributes = { readonly alpha: number };

const alpha = { kind: "float", min: 1e-6, doc: "what the negative side goes to, with its sign turned" } as const;

/** Its slope has no jump: exp(x / alpha) is 1 at 0. */
export const celu = shapedUnaryOp<CeluAttributes, { alpha: typeof alpha & { readonly default: number } }>({
  name: "celu",
  family: "activation",
  doc: "x where it is positive, alpha * (exp(x / alpha) - 1) elsewhere (Barron 2017).",
  attributes: { alpha },
  parameters: { alpha: { ...alpha, default: 1 } },
  value: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
  workPerElement: { compares: 1, exponentials: 1, divisions: 1, adds: 1, multiplies: 1 },
  gradient: (builder, { input, output }, g, { alpha }) => {
    const { add, div, mul, number, where } = arithmetic(builder);
    const isPositive = builder.node("greater", [input, number(0)]);
    return mul(g, where(isPositive, number(1), add(div(output, number(alpha)), number(1))));
  },
  lowerToOnnx: (onnx, { inputs, outputs }, { alpha }) =>
    onnx.node("Celu", inputs, { alpha: { float: alpha } }, outputs),
});
