/** Elementwise lowerings: they run in the layout of the largest operand. */
import type { ValueId } from "../../ir/graph.js";
import type { LowerToTfjs, Register, TfjsBuilder } from "./builder.js";
import type { BinaryKernel, UnaryKernel } from "./kernel-signatures.js";
import { type Kernels, kernelsOf } from "./kernels.js";

/** Computes the result from the operands, which have the same layout. */
type Formula<A> = (k: Kernels, operands: readonly Register[], attributes: A, tfjs: TfjsBuilder) => Register;

/** An op whose result is the formula applied to each element. */
export function elementwise<A>(formula: Formula<A>): LowerToTfjs<A> {
  return (tfjs, { inputs, outputs }, attributes) => {
    const [output] = outputs as readonly [ValueId];
    const layout = tfjs.commonLayout(inputs, tfjs.sizesOf(output).length);
    const operands = inputs.map((value) => tfjs.operand(value, layout));
    tfjs.set(output, formula(kernelsOf(tfjs), operands, attributes, tfjs), layout);
  };
}

/** A kernel with one input. */
export const unaryKernel = (name: UnaryKernel): LowerToTfjs<unknown> =>
  elementwise((_, [x], __, tfjs) => tfjs.kernel(name, { x: x as Register }));

/** A kernel with two inputs, with broadcasting. */
export const binaryKernel = (name: BinaryKernel): LowerToTfjs<unknown> =>
  elementwise((_, [a, b], __, tfjs) => tfjs.kernel(name, { a: a as Register, b: b as Register }));

/** x times gate(x). */
export const gated = (gate: (k: Kernels, tfjs: TfjsBuilder, x: Register) => Register): LowerToTfjs<unknown> =>
  elementwise((k, [x], _, tfjs) => k.mul(x as Register, gate(k, tfjs, x as Register)));

/** min(1, max(0, x / 6 + 1 / 2)). */
export const hardGate = (k: Kernels, x: Register): Register =>
  k.minimum(k.number(1), k.maximum(k.number(0), k.add(k.mul(x, k.number(1 / 6)), k.number(0.5))));

/** The formula for negative elements, identity for the others. */
export const bentBelowZero = <A>(
  below: (k: Kernels, x: Register, attributes: A, tfjs: TfjsBuilder) => Register,
): LowerToTfjs<A> =>
  elementwise((k, [given], attributes, tfjs) => {
    const x = given as Register;
    return k.select(tfjs.kernel("Greater", { a: x, b: k.number(0) }), x, below(k, x, attributes, tfjs));
  });

/** exp(x) - 1 of min(x, 0): for positive x, whose result is not selected, it must not overflow. */
export const expm1Below = (k: Kernels, x: Register, tfjs: TfjsBuilder): Register =>
  tfjs.kernel("Expm1", { x: k.minimum(x, k.number(0)) });
