import type { Span } from "../../diagnostics/span.js";
import type { OpName } from "../../ops/registry.js";
import type { BinaryExpression, BinaryOperator, UnaryExpression } from "../../syntax/ast-expressions.js";
import { applyOpByName } from "../calls/apply-op.js";
import { describe } from "../calls/signature.js";
import type { Context, Place } from "../context.js";
import type { Scope } from "../scope.js";
import { bool, float, int, unknown, unknownTensor, type Value } from "../values.js";
import { typesBoth } from "./conditionals.js";

/** The ops of operators on tensors. */
const tensorOps: Partial<Record<BinaryOperator, OpName>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "**": "pow",
  ">": "greater",
  "<": "less",
  ">=": "greater_equal",
  "<=": "less_equal",
  "==": "equal",
  "!=": "not_equal",
  and: "logical_and",
  or: "logical_or",
};

const isNumber = (value: Value): value is Value & { kind: "int" | "float" } =>
  value.kind === "int" || value.kind === "float";

export function evaluateUnary(context: Context, expression: UnaryExpression, scope: Scope, place: Place): Value {
  const operand = context.evaluate(expression.operand, scope, place);
  if (operand.kind === "unknown") return unknown;
  if (expression.operator === "not") {
    if (operand.kind === "bool") return bool(operand.value === undefined ? undefined : !operand.value);
    if (operand.kind === "tensor") return applyOpByName(context, "logical_not", [operand], place.here, expression.span);
    return context.report("type/wrong-operand", { operator: "not", operand: describe(operand) }, expression.span);
  }
  if (operand.kind === "int") return int(negated(operand.value));
  if (operand.kind === "float") return float(negated(operand.value));
  if (operand.kind === "tensor") return applyOpByName(context, "neg", [operand], place.here, expression.span);
  return context.report("type/wrong-operand", { operator: "-", operand: describe(operand) }, expression.span);
}

const negated = (n: number | undefined): number | undefined => (n === undefined ? undefined : 0 - n);

export function evaluateBinary(context: Context, expression: BinaryExpression, scope: Scope, place: Place): Value {
  // Long sums are nested on the left: iterate down that side.
  const spine: BinaryExpression[] = [];
  let leftmost: BinaryExpression["left"] = expression;
  while (leftmost.kind === "BinaryExpression") {
    spine.push(leftmost);
    leftmost = leftmost.left;
  }
  let value = context.evaluate(leftmost, scope, place);
  for (const { operator, left, right, span } of spine.reverse()) {
    if (operator === "and" || operator === "or") {
      const evaluateRight = (): Value => context.evaluate(right, scope, place);
      value =
        value.kind === "tensor"
          ? combine(context, operator, value, evaluateRight(), place, span)
          : evaluateLogic(context, operator, value, left.span, evaluateRight, right.span);
    } else {
      value = combine(context, operator, value, context.evaluate(right, scope, place), place, span);
    }
  }
  return value;
}

/**
 * The right side may be valid only if the left is true (`n > 0 and 12 / n == 3`): if the left decides, the right is only
 * type-checked.
 */
function evaluateLogic(
  context: Context,
  operator: "and" | "or",
  left: Value,
  leftSpan: Span,
  evaluateRight: () => Value,
  rightSpan: Span,
): Value {
  const isDecided = left.kind === "bool" && left.value !== undefined && left.value === (operator === "or");
  if (isDecided && !typesBoth(context)) return left;
  const right = isDecided ? context.typeOnly(evaluateRight) : evaluateRight();
  if (right.kind === "tensor") {
    if (left.kind === "unknown") return unknownTensor;
    const holes = { operator, left: describe(left), right: describe(right) };
    return context.report("type/wrong-operands", holes, rightSpan);
  }
  let failed = false;
  for (const [side, span] of [[left, leftSpan] as const, [right, rightSpan] as const]) {
    if (side.kind !== "bool" && side.kind !== "unknown") {
      context.report("type/wrong-operand", { operator, operand: describe(side) }, span);
      failed = true;
    }
  }
  // Unknown values may be two tensors.
  if (left.kind === "unknown" && right.kind === "unknown") return unknown;
  if (failed || left.kind !== "bool" || right.kind !== "bool") return bool(undefined);
  if (isDecided) return left;
  return left.value === undefined ? bool(undefined) : right;
}

function combine(
  context: Context,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  place: Place,
  span: Span,
): Value {
  if (left.kind === "unknown" || right.kind === "unknown") {
    if (left.kind === "tensor" || right.kind === "tensor") return unknownTensor;
    // An unknown value may be a tensor; then the result of a comparison is one too.
    return unknown;
  }
  if (left.kind === "tensor" || right.kind === "tensor") {
    const op = tensorOps[operator];
    const fits = (v: Value): boolean => v.kind === "tensor" || (isNumber(v) && !isLogic(operator));
    if (op !== undefined && fits(left) && fits(right)) {
      return applyOpByName(context, op, [left, right], place.here, span);
    }
  } else if (isNumber(left) && isNumber(right)) {
    return isComparison(operator)
      ? compare(operator, left.value, right.value)
      : calculate(context, operator, left, right, span);
  } else if (left.kind === "batch" || right.kind === "batch") {
    const product = batchArithmetic(context, operator, left, right, span);
    if (product !== undefined) return product;
  } else if ((operator === "==" || operator === "!=") && left.kind === right.kind && isPlain(left) && isPlain(right)) {
    if (left.value === undefined || right.value === undefined) return bool(undefined);
    return bool((left.value === right.value) === (operator === "=="));
  }
  const holes = { operator, left: describe(left), right: describe(right) };
  return context.report("type/wrong-operands", holes, span);
}

const isPlain = (value: Value): value is Value & { kind: "string" | "bool" } =>
  value.kind === "string" || value.kind === "bool";

const isLogic = (operator: BinaryOperator): boolean => operator === "and" || operator === "or";

const isComparison = (operator: BinaryOperator): boolean => ["==", "!=", "<", "<=", ">", ">="].includes(operator);

function compare(operator: BinaryOperator, a: number | undefined, b: number | undefined): Value {
  if (a === undefined || b === undefined) return bool(undefined);
  switch (operator) {
    case "==":
      return bool(a === b);
    case "!=":
      return bool(a !== b);
    case "<":
      return bool(a < b);
    case "<=":
      return bool(a <= b);
    case ">":
      return bool(a > b);
    default:
      return bool(a >= b);
  }
}

/** `k * N`, `N * k`, `k * N / d`: the result is a multiple of the batch too. */
function batchArithmetic(
  context: Context,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  span: Span,
): Value | undefined {
  const known = (v: Value): number | undefined =>
    v.kind === "batch" ? v.factor : v.kind === "int" ? v.value : undefined;
  const [a, b] = [known(left), known(right)];
  const oneIsInt = left.kind === "int" || right.kind === "int";
  if (operator === "*" && oneIsInt) {
    if (a === undefined || b === undefined) return { kind: "batch", factor: undefined };
    if (a < 1 || b < 1) return context.report("value/wrong-dimension", { actual: Math.min(a, b) }, span);
    if (Number.isSafeInteger(a * b)) return { kind: "batch", factor: a * b };
    return context.report("value/overflow", { expression: `${a} * ${b} * N`, type: "int" }, span);
  }
  if (operator === "/" && left.kind === "batch" && right.kind === "int") {
    if (a === undefined || b === undefined) return { kind: "batch", factor: undefined };
    if (b < 1) return context.report("value/wrong-dimension", { actual: b }, span);
    if (a % b === 0) return { kind: "batch", factor: a / b };
    return context.report("value/inexact-division", { left: a, right: b }, span);
  }
  return undefined;
}

/** Arithmetic on numbers. Ints stay ints: division must be exact, and results must be safe integers. */
function calculate(
  context: Context,
  operator: BinaryOperator,
  left: Value & { kind: "int" | "float" },
  right: Value & { kind: "int" | "float" },
  span: Span,
): Value {
  const [a, b] = [left.value, right.value];
  const isInt = left.kind === "int" && right.kind === "int";
  const of = isInt ? int : float;
  if ((operator === "/" || operator === "%") && b === 0) {
    return context.report("value/division-by-zero", { expression: `${a ?? "?"} ${operator} 0` }, span);
  }
  if (a === undefined || b === undefined) return of(undefined);
  let result: number;
  switch (operator) {
    case "+":
      result = a + b;
      break;
    case "-":
      result = a - b;
      break;
    case "*":
      result = a * b;
      break;
    case "/":
      if (isInt && a % b !== 0) {
        return context.report("value/inexact-division", { left: a, right: b }, span);
      }
      result = a / b;
      break;
    case "%":
      result = ((a % b) + b) % b;
      break;
    default:
      if (isInt && b < 0) {
        const holes = { callee: "**", name: "exponent of an int", min: 0, max: undefined, actual: b };
        return context.report("value/out-of-range", holes, span);
      }
      result = a ** b;
      if (Number.isNaN(result)) {
        const holes = { callee: "**", name: "base with a broken exponent", min: 0, max: undefined, actual: a };
        return context.report("value/out-of-range", holes, span);
      }
  }
  if (isInt ? !Number.isSafeInteger(result) : !Number.isFinite(result)) {
    return context.report(
      "value/overflow",
      { expression: `${a} ${operator} ${b}`, type: isInt ? "int" : "float" },
      span,
    );
  }
  return of(result + 0);
}
