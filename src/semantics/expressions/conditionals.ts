import type { Expression, IfExpression } from "../../syntax/ast-expressions.js";
import { nowhere } from "../calls/declared-parameters.js";
import { describe } from "../calls/signature.js";
import type { Context, Place } from "../context.js";
import type { Scope } from "../scope.js";
import { formatType, joinTypes, typeOfValue, unknownOf } from "../types.js";
import { unknown, type Value } from "../values.js";

/** The branch that a known condition selects; for an unknown condition, the common type of both. */
export function evaluateIf(context: Context, expression: IfExpression, scope: Scope, place: Place): Value {
  let current: IfExpression = expression;
  for (;;) {
    const condition = context.evaluate(current.condition, scope, place.isOwn ? { ...place, isOwn: false } : place);
    if (condition.kind !== "bool" && condition.kind !== "unknown") {
      context.report("type/wrong-condition", { actual: describe(condition) }, current.condition.span);
    }
    const known = condition.kind === "bool" ? condition.value : undefined;
    if (!typesBoth(context)) {
      // In a model, a condition is unknown only after another error.
      if (known === undefined) return unknown;
      if (known) return context.evaluate(current.then, scope, place);
      if (current.else.kind !== "IfExpression") return context.evaluate(current.else, scope, place);
      current = current.else;
      continue;
    }
    const branch = (expression: Expression, isTaken: boolean): Value =>
      isTaken
        ? context.evaluate(expression, scope, place)
        : context.typeOnly(() => context.evaluate(expression, scope, nowhere()));
    const taken = branch(current.then, known !== false);
    const other = branch(current.else, known !== true);
    const joined = join(context, current, taken, other);
    return known === undefined || joined.kind === "unknown" ? joined : known ? taken : other;
  }
}

/** Whether both branches are type-checked: they are when a declaration is evaluated by itself, not in a model. */
export function typesBoth(context: Context): boolean {
  return context.network === undefined && context.chain.length === 0;
}

function join(context: Context, expression: IfExpression, a: Value, b: Value): Value {
  if (a.kind === "unknown" || b.kind === "unknown") return unknown;
  const joined = joinTypes(typeOfValue(a), typeOfValue(b));
  if (joined !== undefined) return unknownOf(joined);
  const isOfOtherLength = a.kind === "tuple" && b.kind === "tuple" && a.items.length !== b.items.length;
  const said = (value: Value): string =>
    isOfOtherLength && value.kind === "tuple" ? `${value.items.length} values` : formatType(typeOfValue(value));
  const holes = { first: said(a), second: said(b) };
  return context.report("type/branches-differ", holes, expression.span);
}
