import { alongAxisNodes, alongAxisOp } from "./along-axis.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { reduceNode } from "./reduction.js";
import type { Register } from "./tfjs/builder.js";
import { alongClasses, belowLargest } from "./tfjs/classes.js";
import { torchCall } from "./torch/plain-forms.js";
import { int } from "./torch/python.js";

/** x - max - ln(sum of exp(x - max)). ONNX's definition from opset 13 on: one axis. */
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
  // Not LogSoftmax: ONNX Runtime's WebGPU provider has no kernel for it.
  readOnnx: [alongAxisNodes("LogSoftmax")],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }, axis) => {
    const one = (op: string, inputs: readonly string[]): string => onnx.node(op, inputs)[0] ?? "";
    const largest = reduceNode(onnx, { type: "ReduceMax", axesInputSince: 18 }, x, [axis], true);
    const below = one("Sub", [x, largest]);
    const sum = reduceNode(onnx, { type: "ReduceSum", axesInputSince: 13 }, one("Exp", [below]), [axis], true);
    onnx.node("Sub", [below, one("Log", [sum])], {}, outputs);
  },
  lowerToTorch: torchCall("F.log_softmax", ({ axis }) => ({ dim: int("axis", axis) })),
  lowerToTfjs: alongClasses((k, [x], { axis }) => {
    const below = belowLargest(k, x as Register, axis);
    return k.sub(below, k.log(k.sum(k.exp(below), [axis])));
  }),
});
