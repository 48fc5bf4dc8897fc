import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { erfOf } from "./stable-math.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
/** Work: a rational function times an exponential. */
export const erf = unaryOp({
  name: "erf",
  family: "function",
  doc: "The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.",
  value: erfOf,
  workPerElement: { exponentials: 1, multiplies: 6, adds: 5, divisions: 1 },
  gradient: (builder, { input }, g) => {
    const { mul, number } = arithmetic(builder);
    const slope = builder.node("exp", [builder.node("neg", [mul(input, input)])]);
    return mul(g, mul(slope, number(2 / Math.sqrt(Math.PI))));
  },
  readOnnx: [nodesOfOne("Erf")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Erf", inputs, {}, outputs),
  lowerToTorch: torchCall("torch.erf"),
  lowerToTfjs: unaryKernel("Erf"),
});
