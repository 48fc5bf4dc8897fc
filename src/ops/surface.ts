import type { Problem } from "../diagnostics/diagnostic.js";
import type { Attributes } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";

/**
 * How `.lfer` writes an op: its name, its parameters with defaults, and how they become the op's attributes.
 * A `block` holds weights and stands only after `->`; a `function` is pure and may stand in both positions.
 */
export interface Surface<P extends Parameters> {
  readonly name: string;
  readonly kind: "block" | "function";
  /** One sentence. The generated reference prints it. */
  readonly doc: string;
  /** Names of the tensors it takes, or `"many"`. Slots are not among them. */
  readonly inputs: readonly string[] | "many";
  /** In positional order. */
  readonly parameters: P;
  /** The op's attributes from the arguments and the tensors' types, or what is wrong. Never throws. */
  resolve(args: ArgumentsOf<P>, inputs: readonly TensorType[]): Attributes | Problem;
  /** Whether a node of these attributes is what this name stands for, where an op has several names and attributes tell. */
  isFor?(attributes: Attributes, inputs: readonly TensorType[]): boolean;
}

/** Types that a parameter in `.lfer` can have. `size`: an int or a pair `[height, width]`; `shape`: a list of ints and multiples of N. */
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
  /** Allowed words of a string. */
  readonly options?: readonly string[];
  /** The value when left out; without it the argument is required, unless `computed`. */
  readonly default?: D;
  /** Left out, `resolve` gets `undefined` and works the value out; this says how, in words, for the reference. */
  readonly computed?: string;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** What `resolve` gets: `undefined` only where the parameter is `computed`. */
export type ArgumentsOf<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends { readonly computed: string }
    ? ParameterTypes[P[K]["kind"]] | undefined
    : ParameterTypes[P[K]["kind"]];
};

/** A surface whose parameter types are not at hand. */
export type AnySurface = Surface<Parameters>;

/** Types one surface from its parameters. */
export function surface<const P extends Parameters>(s: Surface<P>): AnySurface {
  // `resolve` sees its own parameters only; the evaluator has checked every argument against `parameters` before.
  return s as unknown as AnySurface;
}
