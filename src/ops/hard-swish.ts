import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { gated, hardGate } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
/** An ONNX op from opset 14 on; composed before. */
export const hardSwish = unaryOp({
  name: "hard_swish",
  family: "activation",
  doc: "x * min(1, max(0, x / 6 + 1 / 2)) (MobileNetV3).",
  value: (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
  workPerElement: { multiplies: 2, adds: 1, compares: 2 },
  gradient: (builder, { input }, g) => {
    // Gradient: the gate, plus x / 6 where the gate has a gradient.
    const { add, mul, number } = arithmetic(builder);
    const sloping = mul(
      mul(input, number(1 / 6)),
      builder.node("inside", [input], { low: -3, high: 3, closed: false }),
    );
    return mul(g, add(builder.node("hard_sigmoid", [input]), sloping));
  },
  readOnnx: [nodesOfOne("HardSwish")],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }) => {
    if (onnx.opset >= 14) return onnx.node("HardSwish", [x], {}, outputs);
    const [gate = ""] = onnx.node("HardSigmoid", [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    return onnx.node("Mul", [x, gate], {}, outputs);
  },
  lowerToTorch: torchCall("F.hardswish"),
  lowerToTfjs: gated((k, _, x) => hardGate(k, x)),
});
