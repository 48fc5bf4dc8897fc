import { arithmetic } from "./gradient-arithmetic.js";
import { isCloseTo } from "./read-nodes.js";
import type { Register } from "./tfjs/builder.js";
import { elementwise, expm1Below } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";

/** The constants that preserve mean 0 and variance 1 (Klambauer et al. 2017, equation 14). */
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
  readOnnx: [
    {
      nodeTypes: ["Selu"],
      read: (site) => {
        // ONNX's default constants are the same.
        const [a, gamma] = [site.attributes.float("alpha", 1.6732632), site.attributes.float("gamma", 1.050701)];
        if (isCloseTo(a, alpha) && isCloseTo(gamma, scale)) return site.make([site.tensor(0)], {});
        return site.refuse(`its constants are ${a} and ${gamma}; lferc counts the usual ones, 1.6733 and 1.0507`);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }) =>
    onnx.node("Selu", inputs, { alpha: { float: alpha }, gamma: { float: scale } }, outputs),
  lowerToTorch: torchCall("F.selu"),
  lowerToTfjs: elementwise((k, [given], _, tfjs) => {
    const x = given as Register;
    const isPositive = tfjs.kernel("Greater", { a: x, b: k.number(0) });
    const below = k.mul(expm1Below(k, x, tfjs), k.number(alpha));
    return k.mul(k.number(scale), k.select(isPositive, x, below));
  }),
});
