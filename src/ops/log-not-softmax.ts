import { problem } from "../diagnostics/diagnostic.js";
import type { Dim, Shape, TensorType } from "../ir/shape.js";
import { alongAxisOp } from "./along-axis.js";
import type { OnnxBuilder, OnnxSite } from "./contracts.js";
import { notReadBack } from "./onnx-node.js";
import { reduceNode } from "./reduction.js";
import type { Register } from "./tfjs/builder.js";
import { alongClasses } from "./tfjs/classes.js";
import { call, int } from "./torch/python.js";

/** The same in Python. */
const logNotSoftmaxInTorch = [
  "def _log_not_softmax(x, dim):",
  '    """ln(1 - softmax(x)), stable for confident predictions: by log-sum-exp over the other classes."""',
  "    top = x.argmax(dim, keepdim=True)",
  '    others = torch.logsumexp(x.scatter(dim, top, float("-inf")), dim, keepdim=True)',
  "    of_top = others - torch.logsumexp(x, dim, keepdim=True)",
  "    of_others = torch.log1p(-F.softmax(x, dim).scatter(dim, top, 0.0))",
  "    return of_others.scatter(dim, top, of_top)",
];

/*
 * ln(1 - p_c) with p = softmax(x). Taken literally, 1 - p_c is 0 as soon as the network is sure. Let t be the (first)
 * largest logit, m its value, m2 the largest of the others, S = sum of exp(x_j - m) >= 1:
 *   c = t:   ln(1 - p_t) = ln((sum over j != t of exp(x_j - m)) / S) = (m2 - m) + ln(sum over j != t of exp(x_j - m2)) - ln S
 *   others:  p_c <= 1/2, so ln1p(-p_c) with p_c = exp(x_c - m) / S is exact to rounding.
 * ONNX has no log1p; ln1p(-p) = -2 atanh(p / (2 - p)), whose argument is at most 1/3.
 * A tie for the largest changes nothing: then 1 - p_t >= 1/2 by either formula.
 */

function logNotSoftmaxOf(vector: Float64Array): Float64Array {
  const top = vector.reduce((best, x, i) => (x > (vector[best] as number) ? i : best), 0);
  const largest = vector[top] as number;
  const others = vector.filter((_, i) => i !== top);
  const second = others.reduce((a, b) => Math.max(a, b));
  const sum = vector.reduce((total, x) => total + Math.exp(x - largest), 0);
  const sumOfOthers = others.reduce((total, x) => total + Math.exp(x - second), 0);
  return vector.map((x, i) =>
    i === top ? second - largest + Math.log(sumOfOthers) - Math.log(sum) : Math.log1p(-Math.exp(x - largest) / sum),
  );
}

/** Where the (first) largest element along the axis is, as a bool tensor. */
export function isLargestAlong(onnx: OnnxBuilder, x: string, shape: Shape, axis: number): string {
  const classes = shape[axis] as number;
  const one = (opType: string, inputs: readonly string[], attributes = {}): string =>
    onnx.node(opType, inputs, attributes)[0] ?? "";
  const numbers = onnx.int64s(Array.from({ length: classes }, (_, c) => c));
  const alongAxis = one("Reshape", [numbers, onnx.int64s(shape.map((_, i) => (i === axis ? classes : 1)))]);
  return one("Equal", [alongAxis, one("ArgMax", [x], { axis, keepdims: 1 })]);
}

function lower(onnx: OnnxBuilder, { inputs: [x = ""], outputs, inputTypes }: OnnxSite, axis: number): void {
  const one = (opType: string, inputs: readonly string[], attributes = {}): string =>
    onnx.node(opType, inputs, attributes)[0] ?? "";
  const largestOf = (value: string): string =>
    reduceNode(onnx, { type: "ReduceMax", axesInputSince: 18 }, value, [axis], true);
  const sumOf = (value: string): string =>
    reduceNode(onnx, { type: "ReduceSum", axesInputSince: 13 }, value, [axis], true);

  const isTop = isLargestAlong(onnx, x, (inputTypes[0] as TensorType).shape, axis);
  const others = one("Where", [isTop, onnx.floats(Number.NEGATIVE_INFINITY), x]);

  const largest = largestOf(x);
  const second = largestOf(others);
  const powers = one("Exp", [one("Sub", [x, largest])]);
  const sum = sumOf(powers);
  const logOfOthers = one("Log", [sumOf(one("Exp", [one("Sub", [others, second])]))]);
  const gap = one("Sub", [second, largest]);
  const atTop = one("Sub", [one("Add", [gap, logOfOthers]), one("Log", [sum])]);

  const probability = one("Div", [powers, sum]);
  const ratio = one("Div", [probability, one("Sub", [onnx.floats(2), probability])]);
  const elsewhere = one("Mul", [one("Atanh", [ratio]), onnx.floats(-2)]);
  onnx.node("Where", [isTop, atTop, elsewhere], {}, outputs);
}

export const logNotSoftmax = alongAxisOp({
  name: "log_not_softmax",
  doc: "ln(1 - softmax(x)), stable for confident predictions: by log-sum-exp over the other classes.",
  transform: logNotSoftmaxOf,
  workPerVector: (n) => ({
    compares: 2 * n - 3,
    adds: 2 * n - 1 + (2 * n - 3) + 3,
    exponentials: 2 * n - 1,
    divisions: n - 1,
    logarithms: n + 1,
  }),
  check: (input, axis) => {
    const classes = input.shape[axis] as Dim;
    if (typeof classes !== "number") {
      return problem("shape/needs-fixed-size", { op: "log_not_softmax", axis, actual: input.shape }, "axis");
    }
    if (classes >= 2) return undefined;
    return problem("shape/too-few-classes", { op: "log_not_softmax", axis, actual: input.shape }, "input");
  },
  gradient: (builder, { input }, g, axis) => builder.node("log_not_softmax_gradient", [input, g], { axis }),
  readOnnx: notReadBack("the nodes that it is written as are read as what each of them is"),
  lowerToOnnx: lower,
  lowerToTorch: (site, { axis }) =>
    call(site.helper("_log_not_softmax", logNotSoftmaxInTorch), [site.tensor(0)], { dim: int("axis", axis) }),
  lowerToTfjs: alongClasses((k, [given], { axis, isTop, filled, repeated }) => {
    const x = given as Register;
    const others = k.select(isTop(), filled(Number.NEGATIVE_INFINITY), x);
    const [largest, second] = [k.max(x, [axis]), k.max(others, [axis])];
    const powers = k.exp(k.sub(x, largest));
    const sum = k.sum(powers, [axis]);
    const logOfOthers = k.log(k.sum(k.exp(k.sub(others, second)), [axis]));
    const atTop = k.sub(k.add(k.sub(second, largest), logOfOthers), k.log(sum));
    return k.select(isTop(), repeated(atTop), k.log1p(k.neg(k.div(powers, sum))));
  }),
});
