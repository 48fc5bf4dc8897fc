/** Ops along the axis of the classes. */
import type { ValueId } from "../../ir/graph.js";
import { type Kernels, kernelsOf } from "./kernels.js";
import { storedSizes } from "./layout.js";
import type { Lowering, TfjsSite } from "./site.js";
import type { Register } from "./tfjs-program.js";

/** x minus its largest element along the axis. */
const lowered = (k: Kernels, x: Register, axis: number): Register => k.sub(x, k.max(x, [axis]));

function softmaxOf(k: Kernels, x: Register, axis: number): Register {
  const powers = k.exp(lowered(k, x, axis));
  return k.div(powers, k.sum(powers, [axis]));
}

type AlongAxis = (k: Kernels, operands: readonly Register[], axis: number, isTop: () => Register) => Register;

/** Where the (first) largest element along the axis stands. */
function largestAlong(site: TfjsSite, x: Register, sizes: readonly number[], axis: number): Register {
  const { writer } = site;
  const classes = Int32Array.from({ length: sizes[axis] as number }, (_, c) => c);
  const numbers = writer.constant(
    classes,
    sizes.map((size, i) => (i === axis ? size : 1)),
  );
  const kept = sizes.map((size, i) => (i === axis ? 1 : size));
  return writer.kernel("Equal", { a: numbers, b: writer.reshape(writer.kernel("ArgMax", { x }, { axis }), kept) });
}

function alongAxis(formula: AlongAxis): Lowering {
  return (site, { inputs, outputs: [y], attributes }) => {
    const layout = site.layoutOf(inputs[0]);
    const sizes = storedSizes(site.sizesOf(y as ValueId), layout);
    const axis = layout.indexOf(attributes.axis as number);
    const operands = inputs.map((value) => site.inLayout(value, layout));
    const isTop = (): Register => largestAlong(site, operands[0] as Register, sizes, axis);
    site.set(y, formula(kernelsOf(site.writer), operands, axis, isTop), layout);
  };
}

export const softmax: Lowering = alongAxis((k, [x], axis) => softmaxOf(k, x as Register, axis));

export const logSoftmax: Lowering = alongAxis((k, [x], axis) => {
  const below = lowered(k, x as Register, axis);
  return k.sub(below, k.log(k.sum(k.exp(below), [axis])));
});

/** The formula stands in ops/log-not-softmax.ts. */
export const logNotSoftmax: Lowering = alongAxis((k, [given], axis, isTop) => {
  const x = given as Register;
  const others = k.select(isTop(), k.number(Number.NEGATIVE_INFINITY), x);
  const [largest, second] = [k.max(x, [axis]), k.max(others, [axis])];
  const powers = k.exp(k.sub(x, largest));
  const sum = k.sum(powers, [axis]);
  const logOfOthers = k.log(k.sum(k.exp(k.sub(others, second)), [axis]));
  const atTop = k.sub(k.add(k.sub(second, largest), logOfOthers), k.log(sum));
  return k.select(isTop(), atTop, k.log1p(k.neg(k.div(powers, sum))));
});

export const logNotSoftmaxGradient: Lowering = alongAxis((k, operands, axis, isTop) => {
  const [x, g] = operands as readonly [Register, Register];
  const [zero, top] = [k.number(0), isTop()];
  const p = softmaxOf(k, x, axis);
  const q = softmaxOf(k, k.select(top, k.number(Number.NEGATIVE_INFINITY), x), axis);
  // Before the division: at the top 1 - p may be 0.
  const below = k.select(top, zero, p);
  const odds = k.mul(g, k.div(below, k.sub(k.number(1), below)));
  const others = k.sub(k.sum(odds, [axis]), odds);
  const fromTop = k.sum(k.select(top, k.mul(g, p), zero), [axis]);
  return k.add(k.mul(p, k.sub(others, g)), k.mul(fromTop, q));
});
