import { alongAxisOp } from "./along-axis.js";
import { arithmetic } from "./gradient-arithmetic.js";

/** x - max - ln(sum of exp(x - max)). ONNX's meaning from opset 13 on: one axis. */
export const logSoftmax = alongAxisOp({
  name: "log_softmax",
  doc: "ln softmax(x), stable: x minus the log-sum-exp along the axis.",
  transform: (vector) => {
    const largest = vector.reduce((a, b) => Math.max(a, b));
    const logSum = Math.log(vector.reduce((sum, x) => sum + Math.exp(x - largest), 0));
    return vector.map((x) => x - largest - logSum);
  },
  workPerVector: (n) => ({ compares: n - 1, adds: 3 * n - 1, exponentials: n, logarithms: 1 }),
  gradient: (builder, { output }, g, axis) => {
    // g - softmax(x) * sum of g
    const { mul, sub } = arithmetic(builder);
    const total = builder.node("reduce_sum", [g], { axes: [axis], keep: true });
    return sub(g, mul(builder.node("exp", [output]), total));
  },
  lowerToOnnx: (onnx, { inputs, outputs }, axis) => onnx.node("LogSoftmax", inputs, { axis }, outputs),
});
