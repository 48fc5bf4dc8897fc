import type { IfExpression } from "../syntax/ast.js";
import type { Context, Place } from "./context.js";
import type { Scope } from "./scope.js";
import { describe } from "./signature.js";
import { formatType, joinTypes, typeOfValue, unknownOf } from "./types.js";
import { unknown, type Value } from "./values.js";

/** The branch that a known condition takes; while it is not known, both, and what they have in common. */
export function evaluateIf(context: Context, expression: IfExpression, scope: Scope, place: Place): Value {
  let current: IfExpression = expression;
  for (;;) {
    const condition = context.evaluate(current.condition, scope, place.isOwn ? { ...place, isOwn: false } : place);
    if (condition.kind !== "bool" && condition.kind !== "unknown") {
      context.report("type/wrong-condition", { actual: describe(condition) }, current.condition.span);
    }
    const known = condition.kind === "bool" ? condition.value : undefined;
    if (known === true) return context.evaluate(current.then, scope, place);
    if (known === false) {
      if (current.else.kind !== "IfExpression") return context.evaluate(current.else, scope, place);
      current = current.else;
      continue;
    }
    const [a, b] = [context.evaluate(current.then, scope, place), context.evaluate(current.else, scope, place)];
    return join(context, current, a, b);
  }
}

function join(context: Context, expression: IfExpression, a: Value, b: Value): Value {
  if (a.kind === "unknown" || b.kind === "unknown") return unknown;
  const joined = joinTypes(typeOfValue(a), typeOfValue(b));
  if (joined !== undefined) return unknownOf(joined);
  const holes = { then: formatType(typeOfValue(a)), else: formatType(typeOfValue(b)) };
  return context.report("type/branches-differ", holes, expression.span);
}
