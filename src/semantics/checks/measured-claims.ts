/** Measured claims of a check (accuracy, latency, memory), and the rule that times are compared only with times. */
import type { ClaimSide, MeasuredFigure } from "../../recipe/claim.js";
import { type MeasuredName, measuredFigures } from "../../recipe/measures.js";
import type { Argument, Expression } from "../../syntax/ast-expressions.js";
import { isTime } from "../../syntax/literals.js";
import type { Context, Place } from "../context.js";
import type { Module } from "../module.js";
import type { Scope } from "../scope.js";

export const measuredNames = Object.keys(measuredFigures) as readonly MeasuredName[];

export const isMeasured = (name: string): name is MeasuredName => Object.hasOwn(measuredFigures, name);

/** `accuracy("faces/test")`, `latency("phone")`: the argument names the data set or device. */
export function resolveMeasured(
  context: Context,
  name: MeasuredName,
  args: readonly Argument[],
  figure: Expression,
  scope: Scope,
  place: Place,
): MeasuredFigure | undefined {
  const isOfData = measuredFigures[name].by === "eval";
  const [argument, ...others] = args;
  const value =
    argument === undefined || argument.name !== undefined || others.length > 0
      ? undefined
      : context.evaluate(argument.value, scope, place);
  if (value?.kind === "unknown") return undefined;
  const of = value?.kind === "string" ? value.value : undefined;
  const isMeant = of !== undefined && (isOfData ? /^.*[^/]\/[^/]+$/s.test(of) : of !== "");
  if (isMeant) return { kind: "measured", name, of, span: figure.span };
  if (value?.kind !== "string" || value.value !== undefined) {
    const example = isOfData ? `${name}("faces/test")` : `${name}("phone")`;
    context.report("resolve/measured-of-what", { measure: name, example }, (argument ?? figure).span);
  }
  return undefined;
}

/** The milliseconds of a time literal. */
export function timeIn(expression: Expression): number | undefined {
  return expression.kind === "NumberLiteral" && isTime(expression.text) ? expression.value : undefined;
}

/** Whether a side is a time; undefined if it adds times and other numbers, or multiplies times. */
function isTimeSide(side: ClaimSide): boolean | undefined {
  switch (side.kind) {
    case "number":
      return side.isTime === true;
    case "measure":
      return false;
    case "measured":
      return measuredFigures[side.name].unit === "ms";
    case "arithmetic": {
      const [left, right] = [isTimeSide(side.left), isTimeSide(side.right)];
      if (left === undefined || right === undefined) return undefined;
      switch (side.operator) {
        case "+":
        case "-":
          return left === right ? left : undefined;
        case "*":
          return left && right ? undefined : left || right;
        case "/":
          // A time divided by a time is a ratio.
          return right ? (left ? false : undefined) : left;
      }
    }
  }
}

interface WrittenClaim {
  readonly left: ClaimSide;
  readonly right: ClaimSide;
  /** The two sides in the source. */
  readonly sides: readonly [Expression, Expression];
  readonly tolerance: Expression | undefined;
}

/** Whether times are compared with times only; reported otherwise. */
export function timesFit(context: Context, { left, right, sides, tolerance }: WrittenClaim, module: Module): boolean {
  const textOf = ({ span }: Expression): string => module.text.slice(span.start, span.end);
  const [a, b] = [isTimeSide(left), isTimeSide(right)];
  const isPercent = tolerance?.kind === "NumberLiteral" && tolerance.text.endsWith("%");
  const c = tolerance === undefined || isPercent ? a : timeIn(tolerance) !== undefined;
  if (a !== undefined && a === b && a === c) return true;
  const [first, second] = a === b && tolerance !== undefined ? [sides[0], tolerance] : sides;
  const [time, other] = a === true || (a === undefined && b !== true) ? [first, second] : [second, first];
  const holes = { left: textOf(first), right: textOf(second), time: textOf(time), other: textOf(other) };
  context.report("budget/unit-mismatch", holes, { ...first.span, end: Math.max(first.span.end, second.span.end) });
  return false;
}
