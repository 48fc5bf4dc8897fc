import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { gated } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";

/**
 * With e = exp(x), tanh(ln(1 + e)) = ((1 + e)^2 - 1) / ((1 + e)^2 + 1) = (e^2 + 2e) / (e^2 + 2e + 2). For x > 0, numerator and
 * denominator are divided by e^2, so that nothing overflows.
 */
function mishOf(x: number): number {
  const n = Math.exp(-Math.abs(x));
  const gate = x > 0 ? (1 + 2 * n) / (1 + 2 * n + 2 * n * n) : (n * n + 2 * n) / (n * n + 2 * n + 2);
  return x * gate;
}

/** An ONNX op from opset 18 on; composed before. Work: softplus, tanh, product. */
export const mish = unaryOp({
  name: "mish",
  family: "activation",
  doc: "x * tanh(softplus(x)) (Misra 2019).",
  value: mishOf,
  workPerElement: { exponentials: 2, logarithms: 1, adds: 3, divisions: 1, multiplies: 2 },
  gradient: (builder, { input }, g) => {
    // With t = tanh(softplus(x)): t + x * sigmoid(x) * (1 - t^2).
    const { add, mul, number, sub } = arithmetic(builder);
    const t = builder.node("tanh", [builder.node("softplus", [input])]);
    const inner = mul(mul(input, builder.node("sigmoid", [input])), sub(number(1), mul(t, t)));
    return mul(g, add(t, inner));
  },
  readOnnx: [nodesOfOne("Mish")],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }) => {
    if (onnx.opset >= 18) return onnx.node("Mish", [x], {}, outputs);
    const [soft = ""] = onnx.node("Softplus", [x]);
    const [gate = ""] = onnx.node("Tanh", [soft]);
    return onnx.node("Mul", [x, gate], {}, outputs);
  },
  lowerToTorch: torchCall("F.mish"),
  lowerToTfjs: gated((_, tfjs, x) => tfjs.kernel("Tanh", { x: tfjs.kernel("Softplus", { x }) })),
});
