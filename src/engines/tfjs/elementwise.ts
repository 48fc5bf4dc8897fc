/** Element-wise ops: in whatever order of axes their largest operand is held. */
import type { Node, ValueId } from "../../ir/graph.js";
import { alpha as seluAlpha, scale as seluScale } from "../../ops/selu.js";
import { type Kernels, kernelsOf } from "./kernels.js";
import type { Lowering, TfjsSite } from "./site.js";
import type { Register } from "./tfjs-program.js";

type Formula = (k: Kernels, operands: readonly Register[], node: Node, site: TfjsSite) => Register;

/** An op whose result has, element by element, what the formula says of the operands. */
function elementwise(formula: Formula): Lowering {
  return (site, node) => {
    const [output] = node.outputs as readonly [ValueId];
    const layout = site.commonLayout(node.inputs, site.sizesOf(output).length);
    const operands = node.inputs.map((value) => site.operand(value, layout));
    site.set(output, formula(kernelsOf(site.writer), operands, node, site), layout);
  };
}

/** A kernel of one tensor. */
export const unary = (name: string): Lowering =>
  elementwise((_, [x], __, site) => site.writer.kernel(name, { x: x as Register }));

/** A kernel of two tensors, with broadcasting. */
export const binary = (name: string): Lowering =>
  elementwise((_, [a, b], __, site) => site.writer.kernel(name, { a: a as Register, b: b as Register }));

/** x times what the kernel makes of x. */
export const gated = (gate: (k: Kernels, site: TfjsSite, x: Register) => Register): Lowering =>
  elementwise((k, [x], _, site) => k.mul(x as Register, gate(k, site, x as Register)));

export const sigmoidGate = (_: Kernels, { writer }: TfjsSite, x: Register): Register => writer.kernel("Sigmoid", { x });

export const mishGate = (_: Kernels, { writer }: TfjsSite, x: Register): Register =>
  writer.kernel("Tanh", { x: writer.kernel("Softplus", { x }) });

/** min(1, max(0, x / 6 + 1 / 2)). */
export const hardGate = (k: Kernels, _: TfjsSite, x: Register): Register =>
  k.minimum(k.number(1), k.maximum(k.number(0), k.add(k.mul(x, k.number(1 / 6)), k.number(0.5))));

export const hardSigmoid: Lowering = elementwise((k, [x], _, site) => hardGate(k, site, x as Register));

export const clip: Lowering = elementwise((k, [x], { attributes }) => {
  const { min, max } = attributes as { readonly min: number; readonly max: number };
  const above = Number.isFinite(min) ? k.maximum(x as Register, k.number(min)) : (x as Register);
  return Number.isFinite(max) ? k.minimum(above, k.number(max)) : above;
});

export const where: Lowering = elementwise((k, [condition, a, b]) =>
  k.select(condition as Register, a as Register, b as Register),
);

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly closed: boolean;
}

export const inside: Lowering = elementwise((k, [x], { attributes }, { writer }) => {
  const { low, high, closed } = attributes as unknown as Bounds;
  const compare = (name: string, bound: number): readonly Register[] =>
    Number.isFinite(bound) ? [k.factor(writer.kernel(name, { a: x as Register, b: k.number(bound) }))] : [];
  const factors = [
    ...compare(closed ? "GreaterEqual" : "Greater", low),
    ...compare(closed ? "LessEqual" : "Less", high),
  ];
  return factors.length === 0
    ? k.factor(writer.kernel("Equal", { a: x as Register, b: x as Register }))
    : factors.reduce(k.mul);
});

/** What libtensorflow calls a gradient through these bounds; the bounds themselves are outside, as in our rules. */
function gradientOp({ low, high, closed }: Bounds): string | undefined {
  if (closed || low !== 0) return undefined;
  if (high === 6) return "Relu6Grad";
  return high === Number.POSITIVE_INFINITY ? "ReluGrad" : undefined;
}

const product: Lowering = binary("Multiply");

/** A product with the slope of relu or relu6 is one native op: the slope itself is then never made. */
export const mul: Lowering = (site, node) => {
  const sizes = node.inputs.map((value) => site.sizesOf(value).join());
  for (const [i, value] of node.inputs.entries()) {
    const maker = site.makerOf(value);
    if (maker?.op !== "inside" || sizes[0] !== sizes[1]) continue;
    const op = gradientOp(maker.attributes as unknown as Bounds);
    if (op === undefined) continue;
    const [features] = maker.inputs as readonly [ValueId];
    const layout = site.layoutOf(features);
    const gradient = site.inLayout(node.inputs[1 - i], layout);
    const [made] = site.writer.native(op, [gradient, site.asHeld(features)], { T: { type: "float32" } });
    site.set(node.outputs[0], made as Register, layout);
    return;
  }
  product(site, node);
};

/** The negative side by a formula, the positive one as it is. */
const bentBelowZero = (below: (k: Kernels, x: Register, node: Node, site: TfjsSite) => Register): Lowering =>
  elementwise((k, [given], node, site) => {
    const x = given as Register;
    return k.select(site.writer.kernel("Greater", { a: x, b: k.number(0) }), x, below(k, x, node, site));
  });

/** exp(x) - 1, of what is not above 0: the side that is not taken must not overflow. */
const expm1Below = (k: Kernels, x: Register, { writer }: TfjsSite): Register =>
  writer.kernel("Expm1", { x: k.minimum(x, k.number(0)) });

export const leakyRelu: Lowering = bentBelowZero((k, x, { attributes }) =>
  k.mul(x, k.number(attributes.slope as number)),
);

export const elu: Lowering = bentBelowZero((k, x, { attributes }, site) =>
  k.mul(expm1Below(k, x, site), k.number(attributes.alpha as number)),
);

export const selu: Lowering = elementwise((k, [given], _, site) => {
  const x = given as Register;
  const isPositive = site.writer.kernel("Greater", { a: x, b: k.number(0) });
  const below = k.mul(expm1Below(k, x, site), k.number(seluAlpha));
  return k.mul(k.number(seluScale), k.select(isPositive, x, below));
});

/** One slope, or one for each channel. */
export const prelu: Lowering = (site, { inputs: [x, weight], outputs: [y] }) => {
  const k = kernelsOf(site.writer);
  const [layout, held] = [site.layoutOf(x), site.asHeld(x)];
  const slopes = site.sizesOf(weight as ValueId)[0] as number;
  const slope = site.writer.reshape(
    site.plain(weight),
    layout.map((axis) => (axis === 1 ? slopes : 1)),
  );
  const isPositive = site.writer.kernel("Greater", { a: held, b: k.number(0) });
  site.set(y, k.select(isPositive, held, k.mul(held, slope)), layout);
};

export const gelu: Lowering = elementwise((k, [given], { attributes }, { writer }) => {
  const x = given as Register;
  const bend = (): Register => {
    if (attributes.approximate !== true) return writer.kernel("Erf", { x: k.mul(x, k.number(Math.SQRT1_2)) });
    const cube = k.mul(x, k.mul(x, x));
    const inner = k.add(x, k.mul(cube, k.number(0.044715)));
    return writer.kernel("Tanh", { x: k.mul(inner, k.number(Math.sqrt(2 / Math.PI))) });
  };
  return k.mul(k.mul(x, k.number(0.5)), k.add(k.number(1), bend()));
});
