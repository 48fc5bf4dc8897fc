import type {
  BinaryExpression,
  BinaryOperator,
  CallExpression,
  Expression,
  UnaryExpression,
} from "./ast-expressions.js";

/** Precedence of each operator; larger binds tighter. `**` is right-associative, all others left-associative. */
export const precedenceOf: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  "==": 4,
  "!=": 4,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
  "**": 8,
};
/** `not` binds looser than comparisons; `-` binds tighter than products and looser than `**`. */
export const prefixPrecedenceOf: Readonly<Record<UnaryExpression["operator"], number>> = { not: 3, "-": 7 };
export const comparisonPrecedence = 4;
export const postfixPrecedence = 9;

/** Python's integer division, which is a function here: it is reported, and parsed as the call. */
export const floorDivision = "//";
/** An infix operator. */
export type InfixOperator = BinaryOperator | typeof floorDivision;

interface Pending {
  readonly operator: InfixOperator | UnaryExpression["operator"];
  readonly precedence: number;
  readonly isPrefix: boolean;
  readonly start: number;
}

interface Operand {
  readonly expression: Expression;
  /** Start of its text, including parentheses. */
  readonly start: number;
  readonly end: number;
  readonly height: number;
}

/**
 * Operator-precedence parsing without recursion: operands and operators come in, a tree comes out. One stack serves nested
 * operations: each uses the part above its mark.
 */
export class OperatorStack {
  readonly #file: string;
  readonly #operands: Operand[] = [];
  readonly #pending: Pending[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** The mark of a new operation. */
  mark(): number {
    return this.#pending.length;
  }

  operand(expression: Expression, start: number, end: number, height: number): void {
    this.#operands.push({ expression, start, end, height });
  }

  /**
   * False if a prefix operator with lower precedence follows an operator with higher precedence: `a == not b`. It is parsed
   * anyway.
   */
  prefix(mark: number, operator: UnaryExpression["operator"], start: number): boolean {
    const precedence = prefixPrecedenceOf[operator];
    const last = this.#pending[this.#pending.length - 1];
    const isFine = this.#pending.length <= mark || operator === "-" || (last?.precedence ?? 0) <= precedence;
    this.#pending.push({ operator, precedence, isPrefix: true, start });
    return isFine;
  }

  /** False for a chained comparison: `a < b < c`. It is parsed anyway. */
  binary(mark: number, operator: InfixOperator, start: number): boolean {
    const precedence = precedenceOf[operator === floorDivision ? "/" : operator];
    let isChained = false;
    while (this.#pending.length > mark) {
      const last = this.#pending[this.#pending.length - 1] as Pending;
      if (last.precedence < precedence || (operator === "**" && last.precedence === precedence)) break;
      if (last.precedence === comparisonPrecedence && precedence === comparisonPrecedence) isChained = true;
      this.#reduce();
    }
    this.#pending.push({ operator, precedence, isPrefix: false, start });
    return !isChained;
  }

  /** Ends the operation of `mark` and returns its tree. */
  finish(mark: number): Operand {
    while (this.#pending.length > mark) this.#reduce();
    return this.#operands.pop() as Operand;
  }

  #reduce(): void {
    const { operator, isPrefix, start: at } = this.#pending.pop() as Pending;
    const right = this.#operands.pop() as Operand;
    const left = isPrefix ? undefined : (this.#operands.pop() as Operand);
    const start = left?.start ?? at;
    const span = { file: this.#file, start, end: Math.max(start, right.end) };
    const expression: Expression =
      left === undefined
        ? unary(operator as UnaryExpression["operator"], right.expression, span)
        : operator === floorDivision
          ? floorDivided(left.expression, right.expression, span)
          : binary(operator as BinaryOperator, left.expression, right.expression, span);
    const height = 1 + Math.max(left?.height ?? 0, right.height);
    this.#operands.push({ expression, start, end: span.end, height });
  }
}

function unary(
  operator: UnaryExpression["operator"],
  operand: Expression,
  span: UnaryExpression["span"],
): UnaryExpression {
  return { kind: "UnaryExpression", operator, operand, span };
}

function floorDivided(left: Expression, right: Expression, span: CallExpression["span"]): CallExpression {
  const argument = (value: Expression) => ({ kind: "Argument", name: undefined, value, span: value.span }) as const;
  const name = { kind: "Identifier", text: "floor_div", span } as const;
  return { kind: "CallExpression", name, arguments: [argument(left), argument(right)], span };
}

function binary(
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
  span: BinaryExpression["span"],
): BinaryExpression {
  return { kind: "BinaryExpression", operator, left, right, span };
}
