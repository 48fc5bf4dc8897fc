import type { Span } from "../../diagnostics/span.js";
import { suggest } from "../../diagnostics/suggest.js";
import type { Claim, ClaimSide, Measure } from "../../recipe/claim.js";
import {
  type ConventionName,
  conventions,
  defaultConvention,
  plainMeasures,
  type Quantity,
} from "../../recipe/measures.js";
import type { CheckDeclaration } from "../../syntax/ast.js";
import type { Argument, Expression } from "../../syntax/ast-expressions.js";
import { nowhere } from "../calls/declared-parameters.js";
import { describe } from "../calls/signature.js";
import type { Context, Place } from "../context.js";
import { refuseDivision } from "../expressions/floor-divisions.js";
import type { Module } from "../module.js";
import { Scope } from "../scope.js";
import { float, type Value } from "../values.js";
import { isMeasured, measuredNames, resolveMeasured, timeIn, timesFit } from "./measured-claims.js";

const conventionNames = Object.keys(conventions) as readonly ConventionName[];
const quantities: readonly string[] = [...new Set(Object.values(conventions).flat())];
const measureNames: readonly string[] = [...new Set([...plainMeasures, ...quantities, ...measuredNames])];

const comparisons = ["==", "!=", "<", "<=", ">", ">="] as const;

/** The word `check` itself: where a check without a model's name is reported. */
export function wordOfCheck({ name }: CheckDeclaration): Span {
  return { file: name.span.file, start: name.span.start - "check".length, end: name.span.start };
}

/** The typed claims of a `check`; wrong ones are reported and omitted. */
export function resolveClaims(context: Context, declaration: CheckDeclaration, module: Module): readonly Claim[] {
  const scope = new Scope(module);
  const place = nowhere();
  if (declaration.claims.length === 0) {
    const { isForAny, name } = declaration;
    context.report("budget/empty-check", { model: name.text }, isForAny ? wordOfCheck(declaration) : name.span);
  }
  return declaration.claims.flatMap((claim): Claim[] => {
    const { comparison } = claim;
    const operator =
      comparison.kind === "BinaryExpression" ? comparisons.find((o) => o === comparison.operator) : undefined;
    // The parser has already reported lines that are no comparison.
    if (comparison.kind !== "BinaryExpression" || operator === undefined) return [];
    const left = resolveSide(context, comparison.left, scope, place);
    const right = resolveSide(context, comparison.right, scope, place);
    const tolerance =
      claim.tolerance === undefined ? undefined : resolveTolerance(context, claim.tolerance, scope, place);
    if (tolerance?.kind === "unknown") return [];
    if (tolerance !== undefined && !isNumber(tolerance)) {
      context.report(
        "type/wrong-operand",
        { operator: "within", operand: describe(tolerance) },
        claim.tolerance?.span ?? claim.span,
      );
      return [];
    }
    if (left === undefined || right === undefined) return [];
    const sides = [comparison.left, comparison.right] as const;
    if (!timesFit(context, { left, right, sides, tolerance: claim.tolerance }, module)) return [];
    if (tolerance?.value !== undefined && tolerance.value < 0) {
      const holes = { callee: "within", name: "tolerance", min: 0, max: undefined, actual: tolerance.value };
      context.report("value/out-of-range", holes, claim.tolerance?.span ?? claim.span);
      return [];
    }
    return [
      { left, operator, right, tolerance: tolerance?.value, isShare: isPercent(claim.tolerance), span: claim.span },
    ];
  });
}

function resolveTolerance(context: Context, expression: Expression, scope: Scope, place: Place): Value {
  const time = timeIn(expression);
  return time === undefined ? context.evaluate(expression, scope, place) : float(time);
}

/** `1%` means a hundredth of the figure; for a parameter it would have no meaning. */
const isPercent = (expression: Expression | undefined): boolean =>
  expression?.kind === "NumberLiteral" && expression.text.endsWith("%");

const isNumber = (value: Value): value is Value & { kind: "int" | "float" } =>
  value.kind === "int" || value.kind === "float";

function resolveSide(context: Context, expression: Expression, scope: Scope, place: Place): ClaimSide | undefined {
  const time = timeIn(expression);
  if (time !== undefined) {
    refuseDivision(context, expression, float(time), scope);
    return { kind: "number", value: time, isTime: true };
  }
  if (expression.kind === "BinaryExpression") {
    const operator = (["+", "-", "*", "/"] as const).find((o) => o === expression.operator);
    if (operator !== undefined) {
      const left = resolveSide(context, expression.left, scope, place);
      const right = resolveSide(context, expression.right, scope, place);
      if (left === undefined || right === undefined) return undefined;
      return { kind: "arithmetic", operator, left, right };
    }
  }
  const isUse = expression.kind === "NameExpression" || expression.kind === "CallExpression";
  if (isUse && measureNames.includes(expression.name.text)) {
    const args = expression.kind === "CallExpression" ? expression.arguments : [];
    refuseDivision(context, expression, float(undefined), scope);
    const { text: name } = expression.name;
    if (isMeasured(name)) return resolveMeasured(context, name, args, expression, scope, place);
    return resolveMeasure(context, name, args, expression.span, scope, place);
  }
  if (isUse) {
    const { text, span } = expression.name;
    if (!scope.module.names.has(text)) {
      context.report(
        "resolve/unknown-measure",
        { name: text, known: measureNames.join(", "), suggestion: suggest(text, measureNames) },
        span,
      );
      return undefined;
    }
  }
  const value = context.evaluate(expression, scope, place);
  if (value.kind === "unknown") return undefined;
  if (isNumber(value)) return value.value === undefined ? undefined : { kind: "number", value: value.value };
  context.report("type/wrong-operand", { operator: "check", operand: describe(value) }, expression.span);
  return undefined;
}

function resolveMeasure(
  context: Context,
  name: string,
  args: readonly Argument[],
  span: Span,
  scope: Scope,
  place: Place,
): Measure | undefined {
  const text = (argument: Argument | undefined): string | undefined => {
    if (argument === undefined) return undefined;
    const value = context.evaluate(argument.value, scope, place);
    if (value.kind === "string") return value.value;
    if (value.kind !== "unknown") {
      const holes = {
        callee: name,
        name: argument.name?.text ?? "convention",
        expected: "string",
        actual: describe(value),
      };
      context.report("type/wrong-argument", holes, argument.span);
    }
    return undefined;
  };
  for (const argument of args) {
    if (argument.name !== undefined && argument.name.text !== "at") {
      const holes = {
        callee: name,
        name: argument.name.text,
        known: "at",
        suggestion: suggest(argument.name.text, ["at"]),
      };
      context.report("resolve/unknown-parameter", holes, argument.name.span);
      return undefined;
    }
  }
  const [positional, second] = args.filter((argument) => argument.name === undefined);
  if (second !== undefined) {
    context.report("type/too-many-arguments", { callee: name, expected: 1 }, second.span);
    return undefined;
  }
  const wanted = text(positional);
  const [part, again] = args.filter((argument) => argument.name !== undefined);
  if (again !== undefined) {
    context.report("type/argument-given-twice", { callee: name, name: "at" }, again.span);
    return undefined;
  }
  const at = text(part);
  if (part !== undefined && at === undefined) return undefined;
  const giving = conventionNames.filter((c) => (conventions[c] as readonly string[]).includes(name));
  if (positional === undefined) {
    if (plainMeasures.some((measure) => measure === name)) {
      return { kind: "measure", name: name as Measure["name"], convention: undefined, at, span };
    }
    if (giving.includes(defaultConvention))
      return { kind: "measure", name: name as Quantity, convention: defaultConvention, at, span };
    context.report("resolve/convention-needed", { measure: name, known: giving.join(", ") }, span);
    return undefined;
  }
  if (wanted === undefined) return undefined;
  const convention = conventionNames.find((c) => c === wanted);
  if (convention === undefined || !giving.includes(convention)) {
    const holes = { measure: name, name: wanted, known: giving.join(", "), suggestion: suggest(wanted, giving) };
    context.report("resolve/unknown-convention", holes, positional.span);
    return undefined;
  }
  return { kind: "measure", name: name as Quantity, convention, at, span };
}
