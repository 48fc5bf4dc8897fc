import { attributesOf, parameterOf } from "./attributes.js";
import { arithmetic } from "./gradient-arithmetic.js";
import type { Register } from "./tfjs/builder.js";
import { elementwise, expm1Below } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { float } from "./torch/python.js";
import { shapedUnaryOp } from "./unary.js";

const attributes = attributesOf({
  alpha: { kind: "float", min: 1e-6, doc: "minus the limit of the negative side" },
});

/** The gradient is continuous: exp(x / alpha) is 1 at 0. */
export const celu = shapedUnaryOp({
  name: "celu",
  family: "activation",
  doc: "x where it is positive, alpha * (exp(x / alpha) - 1) elsewhere (Barron 2017).",
  attributes,
  parameters: {
    alpha: parameterOf(attributes.alpha, { default: 1 }),
  },
  value: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
  workPerElement: { compares: 1, exponentials: 1, divisions: 1, adds: 1, multiplies: 1 },
  gradient: (builder, { input, output }, g, { alpha }) => {
    const { add, div, mul, number, where } = arithmetic(builder);
    const isPositive = builder.node("greater", [input, number(0)]);
    return mul(g, where(isPositive, number(1), add(div(output, number(alpha)), number(1))));
  },
  readOnnx: [
    { nodeTypes: ["Celu"], read: (site) => site.make([site.tensor(0)], { alpha: site.attributes.float("alpha", 1) }) },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, { alpha }) =>
    onnx.node("Celu", inputs, { alpha: { float: alpha } }, outputs),
  // The negative branch is 0 where x is positive.
  lowerToTorch: torchCall("F.celu", ({ alpha }) => ({ alpha: [float("alpha", alpha), "1.0"] })),
  lowerToTfjs: elementwise((k, [given], { alpha }, tfjs) => {
    const x = given as Register;
    const below = k.mul(expm1Below(k, k.div(x, k.number(alpha)), tfjs), k.number(alpha));
    return k.add(k.maximum(x, k.number(0)), below);
  }),
});
