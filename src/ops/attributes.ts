/**
 * The attributes of an op, declared once. The verifier's rules, the TypeScript type that the op's functions get, and the bounds
 * are derived from this.
 */
import type { Parameter } from "./surface.js";

export type AttributeKind = "int" | "float" | "bool" | "string" | "ints" | "floats";

/** What the graph verifier requires of an attribute. The op's functions may rely on it, even in a graph that was read from text. */
export interface AttributeSpec {
  readonly kind: AttributeKind;
  readonly doc: string;
  /** Bounds on the number, or on each number of a list. */
  readonly min?: number;
  readonly max?: number;
  /** Required length of a list; any length if left out. */
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

/** The type of the attributes, as the op's functions get them. */
export type AttributesOf<S extends AttributeSpecs> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** Keeps the kinds and lengths in the type, for {@link AttributesOf}. */
export function attributesOf<const S extends AttributeSpecs>(specs: S): S {
  return specs;
}

/** The type in `.lfer`: a pair becomes a size, signed sizes a shape. */
type KindOf<S extends AttributeSpec> = S extends { readonly length: 2 }
  ? "size"
  : S extends { readonly signedSizes: true }
    ? "shape"
    : S["kind"];

type More = Partial<Omit<Parameter, "kind">>;

type ParameterOf<S extends AttributeSpec, M extends More> = Omit<Parameter<KindOf<S>>, keyof M> & M;

/**
 * The parameter of a surface that sets the attribute of the same name, with its bounds and its doc, unless `more` overrides it.
 * `more` also gives the default.
 */
export function parameterOf<S extends AttributeSpec>(spec: S): ParameterOf<S, Record<never, never>>;
export function parameterOf<S extends AttributeSpec, const M extends More>(spec: S, more: M): ParameterOf<S, M>;
export function parameterOf({ kind: own, length, signedSizes, ...bounds }: AttributeSpec, more: More = {}): Parameter {
  const kind = length === 2 ? "size" : signedSizes ? "shape" : own;
  return { kind, ...bounds, ...more };
}
