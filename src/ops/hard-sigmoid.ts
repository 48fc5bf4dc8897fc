import { arithmetic } from "./gradient-arithmetic.js";
import { isCloseTo, nodesOfOne } from "./read-nodes.js";
import type { Register } from "./tfjs/builder.js";
import { elementwise, hardGate } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
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
  readOnnx: [
    nodesOfOne("lfer.HardSigmoid"),
    {
      nodeTypes: ["HardSigmoid"],
      read: (site) => {
        const [alpha, beta] = [site.attributes.float("alpha", 0.2), site.attributes.float("beta", 0.5)];
        if (isCloseTo(alpha, 1 / 6) && isCloseTo(beta, 0.5)) return site.make([site.tensor(0)], {});
        return site.refuse(`its slope is ${alpha} and its value at 0 ${beta}; lferc counts PyTorch's, 1/6 and 0.5`);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }) =>
    onnx.node("HardSigmoid", inputs, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }, outputs),
  lowerToTorch: torchCall("F.hardsigmoid"),
  lowerToTfjs: elementwise((k, [x]) => hardGate(k, x as Register)),
});
