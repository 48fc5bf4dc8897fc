import type { Span } from "../diagnostics/span.js";
import type { Argument, Expression, Identifier, NumberLiteral, StringLiteral } from "./ast-expressions.js";

/** The tree of one `.lfer` file. Every node has a `kind` and the span of its text; parentheses leave no node. */
export interface SourceTree {
  readonly kind: "SourceTree";
  readonly file: string;
  /** The language edition after `lfer` on the first line, if written. */
  readonly edition: NumberLiteral | undefined;
  readonly imports: readonly ImportDeclaration[];
  readonly declarations: readonly Declaration[];
  /** In source order. Each is about the statement or declaration that follows it. */
  readonly allowances: readonly Allowance[];
  readonly span: Span;
}

/** `allow("lint/x", "reason")`: the warning of this code is meant in what follows. */
export interface Allowance {
  readonly kind: "Allowance";
  readonly code: StringLiteral;
  readonly reason: StringLiteral;
  readonly span: Span;
}

export interface ImportDeclaration {
  readonly kind: "ImportDeclaration";
  readonly names: readonly Identifier[];
  /** `std/...` or a path relative to the importing file. */
  readonly from: StringLiteral;
  readonly span: Span;
}

export type Declaration =
  | ConstDeclaration
  | BlockDeclaration
  | FunctionDeclaration
  | ModelDeclaration
  | VariantDeclaration
  | RecipeDeclaration
  | CheckDeclaration;

interface Declared {
  /** Text of the `///` lines before it, without the slashes, joined by newlines. */
  readonly doc: string | undefined;
  readonly name: Identifier;
  readonly span: Span;
}

export interface ConstDeclaration extends Declared {
  readonly kind: "ConstDeclaration";
  readonly value: Expression;
}

/** `block F(params) = layer`, or `block F(params) on a, b { ... return ... }`. Has weights; applied only by `->`. */
export interface BlockDeclaration extends Declared {
  readonly kind: "BlockDeclaration";
  readonly parameters: readonly ParameterDeclaration[];
  /** The tensors after `on`; undefined for the short form, whose body is a layer. */
  readonly inputs: readonly Identifier[] | undefined;
  readonly body: Expression | Body;
}

/** `fn f(params) on tensors = expr`, or numbers only without `on`. Pure. */
export interface FunctionDeclaration extends Declared {
  readonly kind: "FunctionDeclaration";
  readonly parameters: readonly ParameterDeclaration[];
  readonly inputs: readonly Identifier[] | undefined;
  readonly body: Expression | Body;
}

export interface ModelDeclaration extends Declared {
  readonly kind: "ModelDeclaration";
  readonly parameters: readonly ParameterDeclaration[];
  readonly inputs: readonly InputDeclaration[];
  readonly statements: readonly Statement[];
  readonly outputs: readonly OutputDeclaration[];
}

export interface VariantDeclaration extends Declared {
  readonly kind: "VariantDeclaration";
  readonly base: Identifier;
  readonly arguments: readonly Argument[];
}

export interface RecipeDeclaration extends Declared {
  readonly kind: "RecipeDeclaration";
  readonly parameters: readonly ParameterDeclaration[];
  readonly entries: readonly RecipeEntry[];
}

export interface RecipeEntry {
  readonly kind: "RecipeEntry";
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

/**
 * `check Model(args) { comparison [within tolerance] ... }`; `name` is a model or variant. A budget for any model, `check { ... }`, has
 * none: then `name` is empty, after the word `check`.
 */
export interface CheckDeclaration extends Declared {
  readonly kind: "CheckDeclaration";
  readonly isForAny: boolean;
  readonly arguments: readonly Argument[];
  readonly claims: readonly CheckClaim[];
}

export interface CheckClaim {
  readonly kind: "CheckClaim";
  readonly comparison: Expression;
  readonly tolerance: Expression | undefined;
  readonly span: Span;
}

export interface ParameterDeclaration {
  readonly kind: "ParameterDeclaration";
  /** Like a declaration's: the `///` lines before it. */
  readonly doc: string | undefined;
  readonly name: Identifier;
  readonly type: TypeExpression;
  readonly default: Expression | undefined;
  readonly span: Span;
}

export type TypeExpression = NamedType | ListType | TupleType | ChoiceType;

/** `int`, `float`, `bool`, `string` or `layer`; the parser accepts any name, a later phase checks it. */
export interface NamedType {
  readonly kind: "NamedType";
  readonly name: Identifier;
  readonly span: Span;
}

export interface ListType {
  readonly kind: "ListType";
  readonly element: TypeExpression;
  readonly span: Span;
}

export interface TupleType {
  readonly kind: "TupleType";
  readonly elements: readonly TypeExpression[];
  readonly span: Span;
}

/** `"a" | "b"`. */
export interface ChoiceType {
  readonly kind: "ChoiceType";
  readonly options: readonly StringLiteral[];
  readonly span: Span;
}

/** `float32[N, 3, size, size]`. */
export interface TensorTypeExpression {
  readonly kind: "TensorTypeExpression";
  readonly dtype: Identifier;
  readonly dimensions: readonly Expression[];
  readonly span: Span;
}

export interface InputDeclaration {
  readonly kind: "InputDeclaration";
  readonly name: Identifier;
  readonly type: TensorTypeExpression;
  /** `picture(mean: ..., std: ...)`. */
  readonly value: Expression | undefined;
  readonly span: Span;
}

export interface OutputDeclaration {
  readonly kind: "OutputDeclaration";
  readonly names: readonly Identifier[];
  /** `labels([...])`. */
  readonly value: Expression | undefined;
  readonly inTraining: boolean;
  readonly span: Span;
}

/** `{ statements return a, b }`. */
export interface Body {
  readonly kind: "Body";
  readonly statements: readonly Statement[];
  readonly results: readonly Expression[];
  readonly span: Span;
}

export type Statement = BindingStatement | ShareStatement | WeightStatement | RequireStatement;

export interface BindingStatement {
  readonly kind: "BindingStatement";
  readonly names: readonly Identifier[];
  readonly value: Expression;
  readonly span: Span;
}

export interface ShareStatement {
  readonly kind: "ShareStatement";
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

export interface WeightStatement {
  readonly kind: "WeightStatement";
  readonly name: Identifier;
  readonly type: TensorTypeExpression;
  readonly initializer: Expression;
  readonly span: Span;
}

export interface RequireStatement {
  readonly kind: "RequireStatement";
  readonly condition: Expression;
  readonly message: StringLiteral;
  readonly span: Span;
}
