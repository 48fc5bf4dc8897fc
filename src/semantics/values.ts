import type { Span } from "../diagnostics/span.js";
import type { Initializer, ValueId } from "../ir/graph.js";
import type { SurfaceEntry } from "../ops/registry.js";
import type { BlockDeclaration, FunctionDeclaration } from "../syntax/ast.js";
import type { Module } from "./module.js";
import type { PathScope } from "./path-scope.js";

/**
 * What an expression of `.lfer` evaluates to. The same evaluator runs twice: once over each declaration by itself, where
 * parameters and shapes are not known yet (`value: undefined`), and once over each model, where everything is.
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

/** `factor * N`: only of use as a dimension. */
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

/** A tensor of the graph under construction; its shape is not known while `value` is undefined. */
export interface TensorValue {
  readonly kind: "tensor";
  readonly value: ValueId | undefined;
}

export interface LayerValue {
  readonly kind: "layer";
  readonly layer: Layer;
}

/** How a `weight` is first filled. */
export interface InitializerValue {
  readonly kind: "initializer";
  readonly initializer: Initializer | undefined;
}

/** A thing with a name and named fields: `picture(...)`, `labels(...)`, and everything that a recipe is made of. */
export interface RecordValue {
  readonly kind: "record";
  /** What sort of thing: "picture", "labels", "optimizer", "augmentation", ... */
  readonly sort: string;
  /** Which one: "sgd", "horizontal_flip", ... */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Value>;
  readonly span: Span;
}

/** Not known, because it is wrong (already reported) or because it depends on something not known yet. */
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

/** What waits for its input. Weights are made when it is applied, each time anew, unless it is shared. */
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

/** A pure function of tensors (`fn ... on ...`) in stage position. */
export interface FunctionLayer extends FunctionUse {
  readonly kind: "function";
  readonly span: Span;
}

/** A layer with the name it goes by where it was written: an alias or a binding's name; undefined is its own. */
export interface NamedLayer {
  readonly layer: Layer;
  readonly label: string | undefined;
  readonly span: Span;
}

/** `a -> b -> c` without a tensor in sight, or a `for` over layers. */
export interface ChainLayer {
  readonly kind: "chain";
  readonly parts: readonly NamedLayer[];
}

export interface RepeatLayer {
  readonly kind: "repeat";
  readonly count: number | undefined;
  readonly body: NamedLayer;
}

/** Cuts the map into rows x columns, applies `body` (fresh weights each) to every cell, puts them together again. */
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

/** `share q = ...`: the first application makes the weights, the others take them. */
export interface SharedLayer {
  readonly kind: "shared";
  readonly name: string;
  readonly body: NamedLayer;
  readonly scope: PathScope;
  /** A place beside `scope`, for the nodes of a further application. */
  readonly siblingScope: (name: string) => PathScope;
  /** Mutable: the weights in the order they were first asked for; undefined before the first application. */
  readonly weights: { slots: ValueId[] | undefined; applications: number };
}

/** A parameter of type layer, before anyone said which. */
export interface OpaqueLayer {
  readonly kind: "opaque";
}

/** Arguments by parameter name, checked and with constant defaults filled in. */
export interface BoundArguments {
  readonly values: ReadonlyMap<string, Value>;
  /** Where each was written; defaults are not in it. */
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
