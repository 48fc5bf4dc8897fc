/** Element-wise lowerings: in whatever order of axes the largest operand is held. */
import type { ValueId } from "../../ir/graph.js";
import type { LowerToTfjs, Register, TfjsBuilder } from "./builder.js";
import type { BinaryKernel, UnaryKernel } from "./kernel-signatures.js";
import { type Kernels, kernelsOf } from "./kernels.js";

/** The result from the operands; they are laid out alike. */
type Formula<A> = (k: Kernels, operands: readonly Register[], attributes: A, tfjs: TfjsBuilder) => Register;

/** An op whose result has, element by element, what the formula says of the operands. */
export function elementwise<A>(formula: Formula<A>): LowerToTfjs<A> {
  return (tfjs, { inputs, outputs }, attributes) => {
    const [output] = outputs as readonly [ValueId];
    const layout = tfjs.commonLayout(inputs, tfjs.sizesOf(output).length);
    const operands = inputs.map((value) => tfjs.operand(value, layout));
    tfjs.set(output, formula(kernelsOf(tfjs), operands, attributes, tfjs), layout);
  };
}

/** A kernel of one tensor. */
export const unaryKernel = (name: UnaryKernel): LowerToTfjs<unknown> =>
  elementwise((_, [x], __, tfjs) => tfjs.kernel(name, { x: x as Register }));

/** A kernel of two tensors, with broadcasting. */
export const binaryKernel = (name: BinaryKernel): LowerToTfjs<unknown> =>
  elementwise((_, [a, b], __, tfjs) => tfjs.kernel(name, { a: a as Register, b: b as Register }));

/** x times what the gate makes of x. */
export const gated = (gate: (k: Kernels, tfjs: TfjsBuilder, x: Register) => Register): LowerToTfjs<unknown> =>
  elementwise((k, [x], _, tfjs) => k.mul(x as Register, gate(k, tfjs, x as Register)));

/** min(1, max(0, x / 6 + 1 / 2)). */
export const hardGate = (k: Kernels, x: Register): Register =>
  k.minimum(k.number(1), k.maximum(k.number(0), k.add(k.mul(x, k.number(1 / 6)), k.number(0.5))));

/** The negative side by a formula, the positive one as it is. */
export const bentBelowZero = <A>(
  below: (k: Kernels, x: Register, attributes: A, tfjs: TfjsBuilder) => Register,
): LowerToTfjs<A> =>
  elementwise((k, [given], attributes, tfjs) => {
    const x = given as Register;
    return k.select(tfjs.kernel("Greater", { a: x, b: k.number(0) }), x, below(k, x, attributes, tfjs));
  });

/** exp(x) - 1, of what is not above 0: the side that is not taken must not overflow. */
export const expm1Below = (k: Kernels, x: Register, tfjs: TfjsBuilder): Register =>
  tfjs.kernel("Expm1", { x: k.minimum(x, k.number(0)) });
