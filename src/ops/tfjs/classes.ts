/** Ops along the class axis. */
import type { LowerToTfjs, Register, TfjsCalls } from "./builder.js";
import { type Kernels, kernelsOf } from "./kernels.js";
import { storedSizes } from "./layout.js";
import { tiled } from "./tiled.js";

/** x minus its maximum along the axis. */
export const belowLargest = (k: Kernels, x: Register, axis: number): Register => k.sub(x, k.max(x, [axis]));

export function softmaxOf(k: Kernels, x: Register, axis: number): Register {
  const powers = k.exp(belowLargest(k, x, axis));
  return k.div(powers, k.sum(powers, [axis]));
}

interface Classes {
  /** The stored axis. */
  readonly axis: number;
  /** A boolean tensor of the operands' sizes: true at the (first) maximum of the first operand. */
  readonly isTop: () => Register;
  /** A tensor of the operands' sizes, filled with one number. */
  readonly filled: (value: number) => Register;
  /** Repeats a tensor of size 1 along the axis to the operands' sizes. */
  readonly repeated: (x: Register) => Register;
}

type AlongAxis = (k: Kernels, operands: readonly Register[], classes: Classes) => Register;

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
    const one = sizes.map(() => 1);
    const classes: Classes = {
      axis,
      isTop: () => largestAlong(tfjs, operands[0] as Register, sizes, axis),
      repeated: (x) => tiled(tfjs, x, sizes.with(axis, 1), sizes),
      filled: (value) => tiled(tfjs, tfjs.reshape(tfjs.number(value), one), one, sizes),
    };
    tfjs.set(y, formula(kernelsOf(tfjs), operands, classes), layout);
  };
}
