import type { Span } from "../diagnostics/span.js";
import type { Initializer, ValueId } from "../ir/graph.js";
import type { SurfaceEntry } from "../ops/registry.js";
import type { BlockDeclaration, FunctionDeclaration } from "../syntax/ast.js";
import type { Module } from "./module.js";
import type { PathScope } from "./path-scope.js";

/**
 * The value of an expression. The same evaluator runs twice: over each declaration by itself, with unknown parameters and
 * shapes (`value: undefined`), and over each model, with all values known.
 */
export type Value =
  | IntValue
  | FloatValue
  | BoolValue
  | StringValue
  | BatchValue
  | ListValue
  | TupleValue
  | TensorValue
  | LayerValue
  | InitializerValue
  | RecordValue
  | UnknownValue;

export interface IntValue {
  readonly kind: "int";
  readonly value: number | undefined;
}

export interface FloatValue {
  readonly kind: "float";
  readonly value: number | undefined;
}

export interface BoolValue {
  readonly kind: "bool";
  readonly value: boolean | undefined;
}

export interface StringValue {
  readonly kind: "string";
  readonly value: string | undefined;
}

/** `factor * N`: allowed only as a dimension. */
export interface BatchValue {
  readonly kind: "batch";
  readonly factor: number | undefined;
}

export interface ListValue {
  readonly kind: "list";
  readonly element: Type;
  readonly items: readonly Value[] | undefined;
}

export interface TupleValue {
  readonly kind: "tuple";
  readonly items: readonly Value[];
}

/** A tensor of the graph under construction; its shape is unknown if `value` is undefined. */
export interface TensorValue {
  readonly kind: "tensor";
  readonly value: ValueId | undefined;
}

export interface LayerValue {
  readonly kind: "layer";
  readonly layer: Layer;
}

/** The initializer of a `weight`. */
export interface InitializerValue {
  readonly kind: "initializer";
  readonly initializer: Initializer | undefined;
}

/** A record with a name and named fields: `picture(...)`, `labels(...)`, and all entries of a recipe. */
export interface RecordValue {
  readonly kind: "record";
  /** Its sort: "picture", "labels", "optimizer", "augmentation", ... */
  readonly sort: string;
  /** Its name: "sgd", "horizontal_flip", ... */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Value>;
  readonly span: Span;
}

/** Unknown, because it is wrong (already reported) or depends on an unknown value. */
export interface UnknownValue {
  readonly kind: "unknown";
}

export const unknown: UnknownValue = { kind: "unknown" };
export const unknownTensor: TensorValue = { kind: "tensor", value: undefined };
export const int = (value: number | undefined): IntValue => ({ kind: "int", value });
export const float = (value: number | undefined): FloatValue => ({ kind: "float", value });
export const bool = (value: boolean | undefined): BoolValue => ({ kind: "bool", value });
export const string = (value: string | undefined): StringValue => ({ kind: "string", value });
export const tensor = (value: ValueId | undefined): TensorValue => ({ kind: "tensor", value });
export const layer = (value: Layer): LayerValue => ({ kind: "layer", layer: value });

/** One tensor as itself, several as a tuple. */
export function tensors(values: readonly ValueId[]): Value {
  const [first] = values;
  return values.length === 1 ? tensor(first) : { kind: "tuple", items: values.map(tensor) };
}

/** A layer: applied to an input. Weights are made at each application, unless the layer is shared. */
export type Layer =
  | OpLayer
  | BlockLayer
  | FunctionLayer
  | ChainLayer
  | RepeatLayer
  | GridLayer
  | ResidualLayer
  | ParallelLayer
  | SharedLayer
  | OpaqueLayer;

export interface OpLayer {
  readonly kind: "op";
  readonly entry: SurfaceEntry;
  readonly arguments: BoundArguments;
  readonly span: Span;
}

export interface BlockLayer {
  readonly kind: "block";
  readonly declaration: BlockDeclaration;
  readonly module: Module;
  readonly arguments: BoundArguments;
  readonly span: Span;
}

/** A function with its arguments. */
export interface FunctionUse {
  readonly declaration: FunctionDeclaration;
  readonly module: Module;
  readonly arguments: BoundArguments;
}

/** A pure function of tensors (`fn ... on ...`) in a stage. */
export interface FunctionLayer extends FunctionUse {
  readonly kind: "function";
  readonly span: Span;
}

/** A layer with its name in the source: an alias or a binding's name; undefined means the layer's own name. */
export interface NamedLayer {
  readonly layer: Layer;
  readonly label: string | undefined;
  readonly span: Span;
}

/** `a -> b -> c` without a tensor, or a `for` over layers. */
export interface ChainLayer {
  readonly kind: "chain";
  readonly parts: readonly NamedLayer[];
  /** Whether the parts are the turns of a `for`: they have numbers in paths. */
  readonly isLoop?: boolean;
}

export interface RepeatLayer {
  readonly kind: "repeat";
  readonly count: number | undefined;
  readonly body: NamedLayer;
}

/** Cuts the map into rows x columns, applies `body` (new weights each) to every cell, and joins the results. */
export interface GridLayer {
  readonly kind: "grid";
  readonly rows: number | undefined;
  readonly columns: number | undefined;
  readonly body: NamedLayer;
  readonly span: Span;
}

/** `x -> body` plus `x`, or plus `x -> shortcut`. */
export interface ResidualLayer {
  readonly kind: "residual";
  readonly body: NamedLayer;
  readonly shortcut: NamedLayer | undefined;
  readonly span: Span;
}

/** One input, several results. */
export interface ParallelLayer {
  readonly kind: "parallel";
  readonly branches: readonly NamedLayer[] | undefined;
}

/** `share q = ...`: the first application makes the weights, later ones reuse them. */
export interface SharedLayer {
  readonly kind: "shared";
  readonly name: string;
  readonly body: NamedLayer;
  readonly scope: PathScope;
  /** A scope next to `scope`, for the nodes of a further application. */
  readonly siblingScope: (name: string) => PathScope;
  /** Mutable: the weights in order of creation; undefined before the first application. */
  readonly weights: { slots: ValueId[] | undefined; applications: number };
}

/** A parameter of type layer without a known value. */
export interface OpaqueLayer {
  readonly kind: "opaque";
}

/** Arguments by parameter name, checked, with constant defaults. */
export interface BoundArguments {
  readonly values: ReadonlyMap<string, Value>;
  /** The span of each argument; defaults have none. */
  readonly spans: ReadonlyMap<string, Span>;
}

/** A type of the language; `dim` is an int or a multiple of N. */
export type Type =
  | "int"
  | "float"
  | "bool"
  | "string"
  | "layer"
  | "tensor"
  | "batch"
  | "dim"
  | "initializer"
  | "unknown"
  | { readonly list: Type }
  | { readonly tuple: readonly Type[] }
  | { readonly choice: readonly string[] }
  | { readonly record: string };
