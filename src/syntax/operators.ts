import type {
  BinaryExpression,
  BinaryOperator,
  CallExpression,
  Expression,
  UnaryExpression,
} from "./ast-expressions.js";

/** How tightly each operator binds; more is tighter. `**` groups to the right, all others to the left. */
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
/** `not` binds looser than comparisons, `-` tighter than products and looser than `**`. */
export const prefixPrecedenceOf: Readonly<Record<UnaryExpression["operator"], number>> = { not: 3, "-": 7 };
export const comparisonPrecedence = 4;
export const postfixPrecedence = 9;

/** Python's division, which we have as a function: it is reported, and its tree is the call. */
export const floorDivision = "//";
/** What stands between two operands. */
export type InfixOperator = BinaryOperator | typeof floorDivision;

interface Pending {
  readonly operator: InfixOperator | UnaryExpression["operator"];
  readonly precedence: number;
  readonly isPrefix: boolean;
  readonly start: number;
}

interface Operand {
  readonly expression: Expression;
  /** The text it covers, parentheses included. */
  readonly start: number;
  readonly end: number;
  readonly height: number;
}

/**
 * Operator precedence without recursion: operands and operators come in, a tree comes out. One stack serves nested
 * operations: each works above the mark it took.
 */
export class OperatorStack {
  readonly #file: string;
  readonly #operands: Operand[] = [];
  readonly #pending: Pending[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** The bottom of a new operation. */
  mark(): number {
    return this.#pending.length;
  }

  operand(expression: Expression, start: number, end: number, height: number): void {
    this.#operands.push({ expression, start, end, height });
  }

  /** False where a looser prefix may not follow a tighter operator: `a == not b`. It is taken all the same. */
  prefix(mark: number, operator: UnaryExpression["operator"], start: number): boolean {
    const precedence = prefixPrecedenceOf[operator];
    const last = this.#pending[this.#pending.length - 1];
    const isFine = this.#pending.length <= mark || operator === "-" || (last?.precedence ?? 0) <= precedence;
    this.#pending.push({ operator, precedence, isPrefix: true, start });
    return isFine;
  }

  /** False where a comparison is chained: `a < b < c`. It is taken all the same. */
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

  /** Ends the operation that took `mark`: its tree. */
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
