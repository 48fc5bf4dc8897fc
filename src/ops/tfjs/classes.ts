/** Ops along the axis of the classes. */
import type { LowerToTfjs, Register, TfjsCalls } from "./builder.js";
import { type Kernels, kernelsOf } from "./kernels.js";
import { storedSizes } from "./layout.js";

/** x minus its largest element along the axis. */
export const belowLargest = (k: Kernels, x: Register, axis: number): Register => k.sub(x, k.max(x, [axis]));

export function softmaxOf(k: Kernels, x: Register, axis: number): Register {
  const powers = k.exp(belowLargest(k, x, axis));
  return k.div(powers, k.sum(powers, [axis]));
}

/** The result from the operands, the stored axis, and where the (first) largest element of the first operand stands. */
type AlongAxis = (k: Kernels, operands: readonly Register[], axis: number, isTop: () => Register) => Register;

function largestAlong(tfjs: TfjsCalls, x: Register, sizes: readonly number[], axis: number): Register {
  const classes = Int32Array.from({ length: sizes[axis] as number }, (_, c) => c);
  const numbers = tfjs.constant(
    classes,
    sizes.map((size, i) => (i === axis ? size : 1)),
  );
  const kept = sizes.map((size, i) => (i === axis ? 1 : size));
  return tfjs.kernel("Equal", { a: numbers, b: tfjs.reshape(tfjs.kernel("ArgMax", { x }, { axis }), kept) });
}

export function alongClasses(formula: AlongAxis): LowerToTfjs<{ readonly axis: number }> {
  return (tfjs, { inputs, outputs: [y] }, attributes) => {
    const layout = tfjs.layoutOf(inputs[0]);
    const sizes = storedSizes(tfjs.sizesOf(y), layout);
    const axis = layout.indexOf(attributes.axis);
    const operands = inputs.map((value) => tfjs.inLayout(value, layout));
    const isTop = (): Register => largestAlong(tfjs, operands[0] as Register, sizes, axis);
    tfjs.set(y, formula(kernelsOf(tfjs), operands, axis, isTop), layout);
  };
}
