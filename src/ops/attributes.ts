/** The attributes of an op, written once: what the graph verifier holds a node to, the type that the op's rules see, and bounds. */
import type { Parameter } from "./surface.js";

export type AttributeKind = "int" | "float" | "bool" | "string" | "ints" | "floats";

/** What the graph verifier holds an attribute to, so that rules may rely on it even in a graph read from text. */
export interface AttributeSpec {
  readonly kind: AttributeKind;
  readonly doc: string;
  /** Bounds on the number, or on each number of a list. */
  readonly min?: number;
  readonly max?: number;
  /** How many numbers a list has; any number of them when left out. */
  readonly length?: number;
  /** Negative numbers of the list are multiples of N (signed-sizes.ts). */
  readonly signedSizes?: true;
}

export type AttributeSpecs = Readonly<Record<string, AttributeSpec>>;

interface ValueOfKind {
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  readonly string: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
}

/** Lists of two and of four numbers are pairs and paddings; the verifier counts the others. */
type ValueOf<S extends AttributeSpec> = S extends { readonly length: 2 }
  ? readonly [number, number]
  : S extends { readonly length: 4 }
    ? readonly [number, number, number, number]
    : ValueOfKind[S["kind"]];

/** What the rules of an op with such attributes see. */
export type AttributesOf<S extends AttributeSpecs> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** Keeps the kinds and lengths in the type, for {@link AttributesOf}. */
export function attributesOf<const S extends AttributeSpecs>(specs: S): S {
  return specs;
}

/** How `.lfer` writes a value: a pair as a size, signed sizes as a shape. */
type KindOf<S extends AttributeSpec> = S extends { readonly length: 2 }
  ? "size"
  : S extends { readonly signedSizes: true }
    ? "shape"
    : S["kind"];

type More = Partial<Omit<Parameter, "kind">>;

type ParameterOf<S extends AttributeSpec, M extends More> = Omit<Parameter<KindOf<S>>, keyof M> & M;

/**
 * The parameter of a surface that is the attribute of its name: with its bounds and its sentence, unless `more` has another one.
 * `more` says the default, too.
 */
export function parameterOf<S extends AttributeSpec>(spec: S): ParameterOf<S, Record<never, never>>;
export function parameterOf<S extends AttributeSpec, const M extends More>(spec: S, more: M): ParameterOf<S, M>;
export function parameterOf({ kind: own, length, signedSizes, ...bounds }: AttributeSpec, more: More = {}): Parameter {
  const kind = length === 2 ? "size" : signedSizes ? "shape" : own;
  return { kind, ...bounds, ...more };
}
