import type { Expression } from "../syntax/ast.js";
import type { Context } from "./context.js";
import type { Scope } from "./scope.js";
import type { Value } from "./values.js";

/** How much of a remark a message shows. */
const shown = 80;

const isNumber = ({ kind }: Value): boolean => kind === "int" || kind === "float" || kind === "batch";

/** `channels(x) // 2`: reports the remark behind a number that is a number itself, by the names that `scope` has. */
export function refuseDivision(context: Context, expression: Expression, value: Value, scope: Scope): void {
  const remark = scope.module.divisions.get(expression.span.end);
  if (remark === undefined || !isNumber(value)) return;
  const divisor = remark.divisor();
  if (divisor === undefined || !isNumber(context.tryOut(divisor, scope))) return;
  const { start, end } = remark.span;
  const written = scope.module.text.slice(start, Math.min(end, start + shown)).trimEnd();
  context.report("syntax/floor-division", { remark: written }, remark.span);
}
