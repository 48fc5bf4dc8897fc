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
    if (site.inputs.length !== 2) return site.refuse(`it has ${site.inputs.length} inputs; lferc counts it with two`);
    return only(site.one(op, [site.tensor(0), site.tensor(1)]));
  };

export const mul: NodeReader = (site) => {
  const [a, b] = site.node.inputs;
  return a === b ? only(site.one("square", [site.tensor(0)])) : binary("mul")(site);
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
    return numbers?.[0] ?? site.float(name, unlessTold);
  };
  const [min, max] = [bound(1, "min", Number.NEGATIVE_INFINITY), bound(2, "max", Number.POSITIVE_INFINITY)];
  if (isProblem(min)) return min;
  if (isProblem(max)) return max;
  if (min === 0 && max === 6) return only(site.one("relu6", [site.tensor(0)]));
  return only(site.one("clip", [site.tensor(0)], { min, max }));
};

const closeTo = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 1e-4;

export const hardSigmoid: NodeReader = (site) => {
  const [alpha, beta] = [site.float("alpha", 0.2), site.float("beta", 0.5)];
  if (closeTo(alpha, 1 / 6) && closeTo(beta, 0.5)) return only(site.one("hard_sigmoid", [site.tensor(0)]));
  return site.refuse(`its slope is ${alpha} and its value at 0 ${beta}; lferc counts PyTorch's, 1/6 and 0.5`);
};

export const gelu: NodeReader = (site) =>
  only(site.one("gelu", [site.tensor(0)], { approximate: site.text("approximate", "none") === "tanh" }));

export const prelu: NodeReader = (site) => {
  const slope = site.fixed(1);
  if (slope === undefined) return site.refuse("its slope is computed, not fixed");
  const count = countOf(slope.dims);
  return only(site.one("prelu", [site.tensor(0), site.weight(1, "parameter", [count])], { per_channel: count > 1 }));
};

/** Before opset 13 everything from the axis on was one axis. */
export const alongAxis =
  (op: "softmax" | "log_softmax"): NodeReader =>
  (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const rank = site.typeOf(x).shape.length;
    const given = site.int("axis", site.opset < 13 ? 1 : -1);
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
    const given = site.inputs[1] === undefined ? site.ints("axes") : site.plainNumbers(1);
    if (isProblem(given)) return given;
    const isNothing = (given === undefined || given.length === 0) && site.int("noop_with_empty_axes", 0) === 1;
    if (isNothing) return only(site.one("identity", [x]));
    const all = given === undefined || given.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : given;
    const axes = [...new Set(all.map((axis) => (axis < 0 ? axis + rank : axis)))].sort((a, b) => a - b);
    return only(site.one(op, [x], { axes, keep: site.int("keepdims", 1) === 1 }));
  };

export const reduceMean = reduced("reduce_mean");
export const reduceSum = reduced("reduce_sum");
export const reduceMax = reduced("reduce_max");
export const reduceMin = reduced("reduce_min");

/** A type that it has already is nothing to do; lferc's networks are float32. */
export const cast: NodeReader = (site) =>
  site.int("to", 0) === 1
    ? only(site.one("identity", [site.tensor(0)]))
    : site.refuse("it changes the type of a tensor; lferc counts float32 networks");

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
  Swish: unary("silu"),
  Selu: unary("selu"),
  Identity: unary("identity"),
  Dropout: unary("identity"),
  LeakyRelu: unary("leaky_relu", (site) => ({ slope: site.float("alpha", 0.01) })),
  Elu: unary("elu", (site) => ({ alpha: site.float("alpha", 1) })),
  "lfer.GeluTanh": unary("gelu", () => ({ approximate: true })),
  "lfer.HardSigmoid": unary("hard_sigmoid"),
};
