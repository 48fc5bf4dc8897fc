import { isProblem, problem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, sameShape, type TensorType } from "../ir/shape.js";
import { axisAttributes, transformAlong } from "./along-axis.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type OnnxBuilder, type OnnxSite, type Tensor, work } from "./contracts.js";
import { isLargestAlong, logNotSoftmax } from "./log-not-softmax.js";
import { notReadBack } from "./onnx-node.js";
import { reduceNode } from "./reduction.js";
import { alongAxes, mixed } from "./spatial.js";
import type { Register } from "./tfjs/builder.js";
import { alongClasses, softmaxOf } from "./tfjs/classes.js";
import { leftToAutograd } from "./torch/lowering.js";

/*
 * f_c = ln(1 - p_c), p = softmax(x): df_c / dx_c = -p_c, df_c / dx_j = p_c p_j / (1 - p_c). Let t be the (first) largest
 * logit. For c other than t, p_c <= 1/2 and the odds r_c = p_c / (1 - p_c) are at most 1. For c = t they may be e^100, but
 * p_j / (1 - p_t) = q_j, the softmax over the other classes, is harmless. With g the result's gradient:
 *   dx_j = -g_j p_j + p_j * (sum over c other than t and j of g_c r_c) + g_t p_t q_j      (q_t = 0)
 */

function gradientOf(x: Float64Array, g: Float64Array): Float64Array {
  const top = x.reduce((best, value, i) => (value > (x[best] as number) ? i : best), 0);
  const softmaxOf = (keep: (i: number) => boolean): Float64Array => {
    const largest = x.reduce((a, b, i) => (keep(i) ? Math.max(a, b) : a), Number.NEGATIVE_INFINITY);
    const powers = x.map((value, i) => (keep(i) ? Math.exp(value - largest) : 0));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  };
  const p = softmaxOf(() => true);
  const q = softmaxOf((i) => i !== top);
  const odds = p.map((share, i) => (i === top ? 0 : (g[i] as number) * (share / (1 - share))));
  const fromTop = (g[top] as number) * (p[top] as number);
  return x.map((_, j) => {
    const share = p[j] as number;
    const others = odds.reduce((sum, term, c) => (c === j ? sum : sum + term), 0);
    return share * (others - (g[j] as number)) + fromTop * (q[j] as number);
  });
}

function lower(onnx: OnnxBuilder, { inputs: [x = "", g = ""], outputs, inputTypes }: OnnxSite, axis: number): void {
  const one = (opType: string, inputs: readonly string[], attributes = {}): string =>
    onnx.node(opType, inputs, attributes)[0] ?? "";
  const sumOf = (value: string): string =>
    reduceNode(onnx, { type: "ReduceSum", axesInputSince: 13 }, value, [axis], true);
  const isTop = isLargestAlong(onnx, x, (inputTypes[0] as TensorType).shape, axis);
  const p = one("Softmax", [x], { axis });
  const q = one("Softmax", [one("Where", [isTop, onnx.floats(Number.NEGATIVE_INFINITY), x])], { axis });
  const [zero, unit] = [onnx.floats(0), onnx.floats(1)];
  // Before the division: for the largest logit, 1 - p may be 0.
  const below = one("Where", [isTop, zero, p]);
  const odds = one("Mul", [g, one("Div", [below, one("Sub", [unit, below])])]);
  const others = one("Sub", [sumOf(odds), odds]);
  const fromTop = sumOf(one("Where", [isTop, one("Mul", [g, p]), zero]));
  const own = one("Mul", [p, one("Sub", [others, g])]);
  onnx.node("Add", [own, one("Mul", [fromTop, q])], {}, outputs);
}

/** Stable for confident predictions, as the op itself. */
export const logNotSoftmaxGradient = defineOp({
  name: "log_not_softmax_gradient",
  family: "training",
  doc: "The gradient of log_not_softmax for its input, from its input and its result's gradient.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "result_gradient", role: "tensor" },
  ],
  results: ["input_gradient"],
  attributes: axisAttributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: (inputs, a) => {
    const [input, g] = inputs as readonly [TensorType, TensorType];
    const types = logNotSoftmax.inferTypes([input], a);
    if (isProblem(types)) return types;
    if (sameShape(input.shape, g.shape)) return types;
    const holes = { op: "log_not_softmax_gradient", input: "result_gradient", given: g.shape, needed: input.shape };
    return problem("graph/wrong-operand", holes, "input");
  },
  work: ([given], _, { axis }) => {
    const { shape } = given as TensorType;
    const n = elementCount([shape[axis] as Dim]);
    const vectors = elementCount(shape) / n;
    return work({
      compares: vectors * (2 * n - 3),
      exponentials: vectors * (2 * n - 1),
      divisions: vectors * (3 * n - 2),
      multiplies: vectors * (3 * n),
      adds: vectors * (8 * n - 5),
    });
  },
  evaluate: (inputs, { axis }) => {
    const [x, g] = inputs as readonly [Tensor, Tensor];
    return [
      transformAlong([x, g], axis, ([vector, slopes]) => gradientOf(vector as Float64Array, slopes as Float64Array)),
    ];
  },
  gradient: notDifferentiable("first order only"),
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, site, { axis }) => {
    lower(onnx, site, axis);
  },
  lowerToTorch: leftToAutograd,
  lowerToTfjs: alongClasses((k, operands, { axis, isTop, filled }) => {
    const [x, g] = operands as readonly [Register, Register];
    const [zero, top] = [filled(0), isTop()];
    const p = softmaxOf(k, x, axis);
    const q = softmaxOf(k, k.select(top, filled(Number.NEGATIVE_INFINITY), x), axis);
    // Before the division: for the largest logit, 1 - p may be 0.
    const below = k.select(top, zero, p);
    const odds = k.mul(g, k.div(below, k.sub(k.number(1), below)));
    const others = k.sub(k.sum(odds, [axis]), odds);
    const fromTop = k.sum(k.select(top, k.mul(g, p), zero), [axis]);
    return k.add(k.mul(p, k.sub(others, g)), k.mul(fromTop, q));
  }),
  window: () => undefined,
  spatial: (inputs, _, { axis }) => alongAxes(inputs, (at) => (at === axis ? mixed(at) : undefined)),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
