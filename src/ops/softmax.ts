import { alongAxisNodes, alongAxisOp } from "./along-axis.js";
import { arithmetic } from "./gradient-arithmetic.js";
import type { Register } from "./tfjs/builder.js";
import { alongClasses, softmaxOf } from "./tfjs/classes.js";
import { torchCall } from "./torch/plain-forms.js";
import { int } from "./torch/python.js";

/** The largest element is subtracted first, so that nothing overflows. ONNX's definition from opset 13 on: one axis. */
export const softmax = alongAxisOp({
  name: "softmax",
  doc: "exp(x) over its sum along the axis: probabilities of logits.",
  transform: (vector) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (const x of vector) largest = Math.max(largest, x);
    const powers = vector.map((x) => Math.exp(x - largest));
    let sum = 0;
    for (const power of powers) sum += power;
    return powers.map((power) => power / sum);
  },
  workPerVector: (n) => ({ compares: n - 1, adds: 2 * n - 1, exponentials: n, divisions: n }),
  gradient: (builder, { output }, g, axis) => {
    // y * (g - sum of g * y)
    const { mul, sub } = arithmetic(builder);
    return mul(output, sub(g, builder.node("reduce_sum", [mul(g, output)], { axes: [axis], keep: true })));
  },
  readOnnx: [alongAxisNodes("Softmax")],
  lowerToOnnx: (onnx, { inputs, outputs }, axis) => onnx.node("Softmax", inputs, { axis }, outputs),
  lowerToTorch: torchCall("F.softmax", ({ axis }) => ({ dim: int("axis", axis) })),
  lowerToTfjs: alongClasses((k, [x], { axis }) => softmaxOf(k, x as Register, axis)),
});
