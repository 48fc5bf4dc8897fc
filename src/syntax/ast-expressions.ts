/** Expressions of the tree. */
import type { Span } from "../diagnostics/span.js";

export interface Identifier {
  readonly kind: "Identifier";
  readonly text: string;
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
  /** An integer after the suffix; without a suffix, written without point and exponent. */
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

/** The parser assumes that something is missing here; the error is already reported. */
export interface MissingExpression {
  readonly kind: "MissingExpression";
  readonly span: Span;
}
