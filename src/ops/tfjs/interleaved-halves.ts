/*
 * Two tensors whose numbers alternate in the last axis, and two made of such a one: what a channel shuffle of ShuffleNet does with the
 * halves of a unit. libtensorflow transposes pairs slowly; it makes complex numbers of two tensors several times as fast, and those
 * lie in memory as real and imaginary parts in turn.
 */
import type { Register, TfjsCalls } from "./builder.js";

type Two = readonly [Register, Register];

/** Of two [rows, length]: [rows, 2 * length] under the sizes given. */
export function interleaved(tfjs: TfjsCalls, halves: Two, rows: number, sizes: readonly number[]): Register {
  const length = sizes.at(-1) as number;
  const apart = halves.map((half) => tfjs.reshape(half, [rows, 1, length / 2]));
  const [numbers] = tfjs.native("Complex", apart, {}) as readonly [Register];
  const [pairs] = tfjs.native("Bitcast", [numbers], { type: { type: "float32" } }) as readonly [Register];
  return tfjs.reshape(pairs, sizes);
}

/** The numbers at even and those at odd places of [rows, 2 * length]; each under the sizes given. */
export function dealtOut(tfjs: TfjsCalls, whole: Register, rows: number, sizes: readonly number[]): Two {
  const pairs = tfjs.reshape(whole, [rows, sizes.at(-1) as number, 2]);
  const [numbers] = tfjs.native("Bitcast", [pairs], { type: { type: "complex64" } }) as readonly [Register];
  const half = (name: "Real" | "Imag"): Register =>
    tfjs.reshape(tfjs.native(name, [numbers], {})[0] as Register, sizes);
  return [half("Real"), half("Imag")];
}
