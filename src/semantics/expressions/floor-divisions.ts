import type { Expression } from "../../syntax/ast-expressions.js";
import type { Context } from "../context.js";
import type { Scope } from "../scope.js";
import type { Value } from "../values.js";

/** Maximum length of a comment in a message. */
const shown = 80;

const isNumber = ({ kind }: Value): boolean => kind === "int" || kind === "float" || kind === "batch";

/** `channels(x) // 2`: reports a comment after a number if the comment is a numeric expression of names in `scope`. */
export function refuseDivision(context: Context, expression: Expression, value: Value, scope: Scope): void {
  const remark = scope.module.divisions.get(expression.span.end);
  if (remark === undefined || !isNumber(value)) return;
  const parts = remark.parts();
  if (parts === undefined) return;
  const { value: divisor, isSound } = context.tryOut(parts.divisor, scope);
  // `9 / 4` is not allowed as a number, but was meant as one.
  if (!isSound || !(isNumber(divisor) || divisor.kind === "unknown")) return;
  if (!parts.others.every((other) => context.tryOut(other, scope).isSound)) return;
  if (remark.literal !== undefined && explains(context, remark.literal, parts.divisor, scope)) return;
  const { start, end } = remark.span;
  const written = scope.module.text.slice(start, Math.min(end, start + shown)).trimEnd();
  context.report("syntax/floor-division", { remark: written }, remark.span);
}

/** `0.00392   // 1/255`: a calculation whose result is the written number explains the number. */
function explains(context: Context, literal: string, calculation: Expression, scope: Scope): boolean {
  if (calculation.kind === "NumberLiteral" || calculation.kind === "NameExpression") return false;
  const [, digits = "", fraction = "", exponent = "0", suffix = ""] =
    /^([\d_]+)(?:\.([\d_]+))?(?:[eE]([+-]?\d+))?([kMG%]|ms)?$/.exec(literal) ?? [];
  const plain = (text: string): string => text.replaceAll("_", "");
  const scale = { k: 1e3, M: 1e6, G: 1e9, "%": 0.01 }[suffix] ?? 1;
  const power = Number(exponent);
  const written = Number(`${plain(digits)}.${plain(fraction) || "0"}e${power}`) * scale;
  const lastDigit = 10 ** (power - plain(fraction).length) * scale;
  const isWhole = fraction === "" && exponent === "0" && suffix === "";
  const comesTo = ({ value }: { readonly value: Value }): boolean => {
    if ((value.kind !== "int" && value.kind !== "float") || value.value === undefined) return false;
    const more = Math.abs(value.value) - written;
    // Rounded to the last digit, or truncated: 0.67 and 0.66 are 2/3.
    return isWhole ? more === 0 : more >= -lastDigit * 0.500001 && more < lastDigit;
  };
  return comesTo(context.tryOut(calculation, scope)) || comesTo(context.tryOut(calculation, scope, "floats"));
}
