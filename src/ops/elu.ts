import { attributesOf, parameterOf } from "./attributes.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { bentBelowZero, expm1Below } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { float } from "./torch/python.js";
import { shapedUnaryOp } from "./unary.js";

const attributes = attributesOf({
  alpha: { kind: "float", doc: "minus the limit of the negative side" },
});

/** At 0 the gradient is that of the negative branch, as in PyTorch: alpha. */
export const elu = shapedUnaryOp({
  name: "elu",
  family: "activation",
  doc: "x where it is positive, alpha * (exp(x) - 1) elsewhere (Clevert et al. 2016).",
  attributes,
  parameters: {
    alpha: parameterOf(attributes.alpha, { default: 1 }),
  },
  value: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  workPerElement: { compares: 1, exponentials: 1, adds: 1, multiplies: 1 },
  gradient: (builder, { input, output }, g, { alpha }) => {
    const { add, mul, number, where } = arithmetic(builder);
    const isPositive = builder.node("greater", [input, number(0)]);
    return mul(g, where(isPositive, number(1), add(output, number(alpha))));
  },
  readOnnx: [
    { nodeTypes: ["Elu"], read: (site) => site.make([site.tensor(0)], { alpha: site.attributes.float("alpha", 1) }) },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, { alpha }) => onnx.node("Elu", inputs, { alpha: { float: alpha } }, outputs),
  lowerToTorch: torchCall("F.elu", ({ alpha }) => ({ alpha: [float("alpha", alpha), "1.0"] })),
  lowerToTfjs: bentBelowZero((k, x, { alpha }, tfjs) => k.mul(expm1Below(k, x, tfjs), k.number(alpha))),
});
