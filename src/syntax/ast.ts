import type { Span } from "../diagnostics/span.js";

/** The tree of one `.lfer` file. Every node has a `kind` and the span of its text; parentheses leave no node. */
export interface SourceTree {
  readonly kind: "SourceTree";
  readonly file: string;
  /** The language edition after `lfer` on the first line, if written. */
  readonly edition: NumberLiteral | undefined;
  readonly imports: readonly ImportDeclaration[];
  readonly declarations: readonly Declaration[];
  readonly span: Span;
}

export interface Identifier {
  readonly kind: "Identifier";
  readonly text: string;
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

/** `block F(params) = layer`, or `block F(params) on a, b { ... return ... }`. Holds weights; applied only by `->`. */
export interface BlockDeclaration extends Declared {
  readonly kind: "BlockDeclaration";
  readonly parameters: readonly ParameterDeclaration[];
  /** The tensors after `on`; undefined for the short form, whose body is a layer. */
  readonly inputs: readonly Identifier[] | undefined;
  readonly body: Expression | Body;
}

/** `fn f(params) on tensors = expr`, or scalars alone without `on`. Pure maths. */
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

/** `check Model(args) { comparison [within tolerance] ... }`; `name` is a model or variant. */
export interface CheckDeclaration extends Declared {
  readonly kind: "CheckDeclaration";
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
  /** As of a declaration: the `///` lines before it. */
  readonly doc: string | undefined;
  readonly name: Identifier;
  readonly type: TypeExpression;
  readonly default: Expression | undefined;
  readonly span: Span;
}

export type TypeExpression = NamedType | ListType | TupleType | ChoiceType;

/** `int`, `float`, `bool`, `string` or `layer`; the parser takes any name, the resolver judges it. */
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

export type Expression =
  | IfExpression
  | ForExpression
  | PipeExpression
  | BinaryExpression
  | UnaryExpression
  | FieldExpression
  | IndexExpression
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | BatchLiteral
  | NameExpression
  | CallExpression
  | ListExpression
  | RangeExpression
  | TupleExpression
  | MissingExpression;

export interface IfExpression {
  readonly kind: "IfExpression";
  readonly condition: Expression;
  readonly then: Expression;
  readonly else: Expression;
  readonly span: Span;
}

/** `for a, b in list do expr`: over layers it composes them; inside `[ ]` it makes a list. */
export interface ForExpression {
  readonly kind: "ForExpression";
  readonly names: readonly Identifier[];
  readonly list: Expression;
  readonly body: Expression;
  readonly span: Span;
}

/** `source -> stage -> stage`: at least one stage. */
export interface PipeExpression {
  readonly kind: "PipeExpression";
  readonly source: Expression;
  readonly stages: readonly Stage[];
  readonly span: Span;
}

export interface Stage {
  readonly kind: "Stage";
  /** A name, a call, or any expression in parentheses. */
  readonly expression: Expression;
  /** The name after `as`. */
  readonly alias: Identifier | undefined;
  readonly span: Span;
}

export type BinaryOperator = "or" | "and" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%" | "**";

export interface BinaryExpression {
  readonly kind: "BinaryExpression";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface UnaryExpression {
  readonly kind: "UnaryExpression";
  readonly operator: "-" | "not";
  readonly operand: Expression;
  readonly span: Span;
}

/** `student.logits`. */
export interface FieldExpression {
  readonly kind: "FieldExpression";
  readonly target: Expression;
  readonly field: Identifier;
  readonly span: Span;
}

/** `list[index]`, from 0. */
export interface IndexExpression {
  readonly kind: "IndexExpression";
  readonly target: Expression;
  readonly index: Expression;
  readonly span: Span;
}

export interface NumberLiteral {
  readonly kind: "NumberLiteral";
  /** With `_` and suffix applied: `1.29M` is 1290000, `12ms` is 12. */
  readonly value: number;
  /** Whole after the suffix, and not written with a point or exponent unless suffixed. */
  readonly isInteger: boolean;
  /** As written. */
  readonly text: string;
  readonly span: Span;
}

export interface StringLiteral {
  readonly kind: "StringLiteral";
  /** With escapes resolved. */
  readonly value: string;
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: "BooleanLiteral";
  readonly value: boolean;
  readonly span: Span;
}

/** `N`, the batch. */
export interface BatchLiteral {
  readonly kind: "BatchLiteral";
  readonly span: Span;
}

/** A name without arguments: a binding, a parameter, a layer, a function. */
export interface NameExpression {
  readonly kind: "NameExpression";
  readonly name: Identifier;
  readonly span: Span;
}

export interface CallExpression {
  readonly kind: "CallExpression";
  readonly name: Identifier;
  readonly arguments: readonly Argument[];
  readonly span: Span;
}

export interface Argument {
  readonly kind: "Argument";
  /** Set when written `name: value`. */
  readonly name: Identifier | undefined;
  readonly value: Expression;
  readonly span: Span;
}

export interface ListExpression {
  readonly kind: "ListExpression";
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** `[from..to]`, inclusive. */
export interface RangeExpression {
  readonly kind: "RangeExpression";
  readonly from: Expression;
  readonly to: Expression;
  readonly span: Span;
}

/** `(a, b)`: at least two. */
export interface TupleExpression {
  readonly kind: "TupleExpression";
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** Where the parser had to guess that something is missing; its mistake is reported already. */
export interface MissingExpression {
  readonly kind: "MissingExpression";
  readonly span: Span;
}
