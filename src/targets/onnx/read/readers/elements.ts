import { isProblem } from "../../../../diagnostics/diagnostic.js";
import type { LayerOpName } from "../../../../ops/registry.js";
import { type NodeReader, type NodeSite, only } from "../node-site.js";
import { countOf } from "../operand.js";

/** One tensor in, the same op of ours. */
export const unary =
  (
    op: LayerOpName,
    attributes: (site: NodeSite) => Readonly<Record<string, number | boolean>> = () => ({}),
  ): NodeReader =>
  (site) =>
    only(site.one(op, [site.tensor(0)], attributes(site)));

/** Two tensors in, one of them perhaps a weight or a number of the file. */
export const binary =
  (op: LayerOpName): NodeReader =>
  (site) => {
    if (site.inputCount !== 2) return site.refuse(`it has ${site.inputCount} inputs; lferc counts it with two`);
    return only(site.one(op, [site.tensor(0), site.tensor(1)]));
  };

export const mul: NodeReader = (site) => {
  const [a, b] = site.node.inputs;
  const isSquare = a === b && site.inputCount === 2 && site.has(1);
  return isSquare ? only(site.one("square", [site.tensor(0)])) : binary("mul")(site);
};

export const where: NodeReader = (site) => {
  const values = site.tensors();
  return isProblem(values) ? values : only(site.one("where", values));
};

/** Bounds are inputs since opset 11, attributes before. */
export const clip: NodeReader = (site) => {
  const bound = (index: number, name: string, unlessTold: number) => {
    const numbers = site.plainNumbers(index);
    if (isProblem(numbers)) return numbers;
    if (numbers !== undefined && numbers.length !== 1) return site.refuse(`its bound has ${numbers.length} numbers`);
    return numbers?.[0] ?? site.attributes.float(name, unlessTold);
  };
  const [min, max] = [bound(1, "min", Number.NEGATIVE_INFINITY), bound(2, "max", Number.POSITIVE_INFINITY)];
  if (isProblem(min)) return min;
  if (isProblem(max)) return max;
  if (min === 0 && max === 6) return only(site.one("relu6", [site.tensor(0)]));
  return only(site.one("clip", [site.tensor(0)], { min, max }));
};

const closeTo = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 1e-4;

export const hardSigmoid: NodeReader = (site) => {
  const [alpha, beta] = [site.attributes.float("alpha", 0.2), site.attributes.float("beta", 0.5)];
  if (closeTo(alpha, 1 / 6) && closeTo(beta, 0.5)) return only(site.one("hard_sigmoid", [site.tensor(0)]));
  return site.refuse(`its slope is ${alpha} and its value at 0 ${beta}; lferc counts PyTorch's, 1/6 and 0.5`);
};

/** Ours has the constants of its paper, which are ONNX's own unless the file says others. */
const selu: NodeReader = (site) => {
  const [alpha, gamma] = [site.attributes.float("alpha", 1.6732632), site.attributes.float("gamma", 1.050701)];
  if (closeTo(alpha, 1.6732632) && closeTo(gamma, 1.050701)) return only(site.one("selu", [site.tensor(0)]));
  return site.refuse(`its constants are ${alpha} and ${gamma}; lferc counts the usual ones, 1.6733 and 1.0507`);
};

const swish: NodeReader = (site) => {
  const alpha = site.attributes.float("alpha", 1);
  if (alpha === 1) return only(site.one("silu", [site.tensor(0)]));
  return site.refuse(`it is x * sigmoid(${alpha} x), which lferc does not count`);
};

/** Nothing at inference: how much it drops, and by which seed, is only for training. */
const dropout: NodeReader = (site) => {
  site.attributes.pass("ratio", "seed");
  site.input(1);
  const training = site.plainNumbers(2);
  if (isProblem(training)) return training;
  if ((training?.[0] ?? 0) !== 0) return site.refuse("it is in training mode: export the network for inference");
  return only(site.one("identity", [site.tensor(0)]));
};

export const gelu: NodeReader = (site) => {
  const approximate = site.attributes.text("approximate", "none");
  if (approximate !== "none" && approximate !== "tanh")
    return site.refuse(`it is approximated by "${approximate}", which lferc does not know`);
  return only(site.one("gelu", [site.tensor(0)], { approximate: approximate === "tanh" }));
};

export const prelu: NodeReader = (site) => {
  const slope = site.fixed(1);
  if (slope === undefined) return site.refuse("its slope is computed, not fixed");
  const [count, x] = [countOf(slope.dims), site.tensor(0)];
  if (isProblem(x)) return x;
  // ONNX lets it meet the input from the last axis on: one for each channel has the map's axes behind it.
  const inner = site.typeOf(x).shape.length - 2;
  const behind = slope.dims.slice(slope.dims.length - inner);
  const isByChannel = slope.dims.length > inner && behind.every((dim) => dim === 1);
  if (count > 1 && !isByChannel) {
    return site.refuse(`its slope [${slope.dims.join(", ")}] is not one for each channel`);
  }
  return only(site.one("prelu", [site.tensor(0), site.weight(1, "parameter", [count])], { per_channel: count > 1 }));
};

/** Before opset 13 everything from the axis on was one axis. */
export const alongAxis =
  (op: "softmax" | "log_softmax"): NodeReader =>
  (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const rank = site.typeOf(x).shape.length;
    const given = site.attributes.int("axis", site.opset < 13 ? 1 : -1);
    const axis = given < 0 ? given + rank : given;
    if (site.opset < 13 && axis !== rank - 1) return site.refuse("it goes over several axes at once (opset below 13)");
    return only(site.one(op, [x], { axis }));
  };

const reduced =
  (op: LayerOpName): NodeReader =>
  (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const rank = site.typeOf(x).shape.length;
    const given = !site.has(1) ? site.attributes.ints("axes") : site.plainNumbers(1);
    if (isProblem(given)) return given;
    const isForNothing = site.attributes.int("noop_with_empty_axes", 0) === 1;
    const keep = site.attributes.int("keepdims", 1) === 1;
    if ((given === undefined || given.length === 0) && isForNothing) return only(site.one("identity", [x]));
    const all = given === undefined || given.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : given;
    const axes = [...new Set(all.map((axis) => (axis < 0 ? axis + rank : axis)))].sort((a, b) => a - b);
    return only(site.one(op, [x], { axes, keep }));
  };

export const reduceMean = reduced("reduce_mean");
export const reduceSum = reduced("reduce_sum");
export const reduceMax = reduced("reduce_max");
export const reduceMin = reduced("reduce_min");

/** A type that it has already is nothing to do; lferc's networks are float32. */
export const cast: NodeReader = (site) => {
  // Of numbers that float32 cannot hold: there are none from float32.
  site.attributes.pass("saturate", "round_mode");
  return site.attributes.int("to", 0) === 1
    ? only(site.one("identity", [site.tensor(0)]))
    : site.refuse("it changes the type of a tensor; lferc counts float32 networks");
};

export const unaryOps: Readonly<Record<string, NodeReader>> = {
  Relu: unary("relu"),
  Sigmoid: unary("sigmoid"),
  Tanh: unary("tanh"),
  Softplus: unary("softplus"),
  Erf: unary("erf"),
  Exp: unary("exp"),
  Log: unary("log"),
  Sqrt: unary("sqrt"),
  Neg: unary("neg"),
  Abs: unary("abs"),
  HardSwish: unary("hard_swish"),
  Mish: unary("mish"),
  Swish: swish,
  Selu: selu,
  Identity: unary("identity"),
  Dropout: dropout,
  LeakyRelu: unary("leaky_relu", (site) => ({ slope: site.attributes.float("alpha", 0.01) })),
  Elu: unary("elu", (site) => ({ alpha: site.attributes.float("alpha", 1) })),
  "lfer.GeluTanh": unary("gelu", () => ({ approximate: true })),
  "lfer.HardSigmoid": unary("hard_sigmoid"),
};
