import type { Problem } from "../diagnostics/diagnostic.js";
import type { Attributes } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";

/**
 * The `.lfer` form of an op: its name, its parameters with defaults, and how they become the op's attributes. A `block` has
 * weights and is used only after `->`; a `function` is pure and may also be called.
 */
export interface Surface<P extends Parameters> {
  readonly name: string;
  readonly kind: "block" | "function";
  /** One sentence, printed in the generated reference. */
  readonly doc: string;
  /** Names of its tensor inputs, or `"many"`; slots are not included. */
  readonly inputs: readonly string[] | "many";
  /** In positional order. */
  readonly parameters: P;
  /** The op's attributes from the arguments and the tensors' types, or a problem. Never throws. */
  resolve(args: ArgumentsOf<P>, inputs: readonly TensorType[]): Attributes | Problem;
  /** If an op has several names: whether a node with these attributes belongs to this name. */
  isFor?(attributes: Attributes, inputs: readonly TensorType[]): boolean;
}

/** Parameter types in `.lfer`. `size`: an int or a pair `[height, width]`; `shape`: a list of ints and multiples of N. */
export interface ParameterTypes {
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  readonly string: string;
  readonly size: readonly [number, number];
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly shape: readonly Dim[];
}

export type ParameterKind = keyof ParameterTypes;

export interface Parameter<K extends ParameterKind = ParameterKind, D = unknown> {
  readonly kind: K;
  readonly doc: string;
  /** Bounds on the value, or on each number in it. */
  readonly min?: number;
  readonly max?: number;
  /** Allowed values of a string. */
  readonly options?: readonly string[];
  /** The default; a parameter without one is required, unless `computed`. */
  readonly default?: D;
  /** If left out, `resolve` gets `undefined` and computes the value; this text describes how, for the reference. */
  readonly computed?: string;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** The arguments of `resolve`: `undefined` only for a `computed` parameter. */
export type ArgumentsOf<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends { readonly computed: string }
    ? ParameterTypes[P[K]["kind"]] | undefined
    : ParameterTypes[P[K]["kind"]];
};

/** A surface with unknown parameter types. */
export type AnySurface = Surface<Parameters>;

/** Types one surface from its parameters. */
export function surface<const P extends Parameters>(s: Surface<P>): AnySurface {
  // `resolve` gets only its own parameters; the evaluator has already checked every argument against `parameters`.
  return s as unknown as AnySurface;
}
