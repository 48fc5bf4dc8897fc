import type { Span } from "../../diagnostics/span.js";
import { suggest } from "../../diagnostics/suggest.js";
import type { RecipeParameter, RecipeSignature, RecipeType } from "../../recipe/signature.js";
import type { Context } from "../context.js";
import { fit } from "../types.js";
import { bool, float, int, type RecordValue, string, type Type, type Value } from "../values.js";
import { bindArguments, type EvaluatedArgument, type SignatureParameter } from "./signature.js";

function typeOf(type: RecipeType): Type {
  if (typeof type === "string") return type;
  return "listOf" in type ? { list: type.listOf } : { list: { record: type.things } };
}

function inWords(type: RecipeType): string {
  if (typeof type === "string") return type;
  return "listOf" in type ? `[${type.listOf}]` : `[${type.things}]`;
}

function toSignature(parameter: RecipeParameter, callee: string): SignatureParameter {
  const { name, type, min, max, options, length } = parameter;
  return {
    name,
    type: `${inWords(type)}${length === undefined ? "" : ` of ${length}`}`,
    required: parameter.default === undefined,
    accept: (value) => {
      const fitted = fit(value, typeOf(type));
      const isWrong = fitted?.kind === "list" && fitted.items !== undefined && fitted.items.length !== length;
      return isWrong && length !== undefined ? undefined : fitted;
    },
    judge: (context, value, span) => {
      const numbers = [value].flatMap((one) => (one.kind === "list" ? (one.items ?? []) : [one]));
      const wrong = numbers.find((one) => {
        const number = one.kind === "int" || one.kind === "float" ? one.value : undefined;
        return number !== undefined && ((min !== undefined && number < min) || (max !== undefined && number > max));
      });
      if (wrong?.kind === "int" || wrong?.kind === "float") {
        context.report("value/out-of-range", { callee, name, min, max, actual: wrong.value as number }, span);
      }
      if (options === undefined || value.kind !== "string" || value.value === undefined) return;
      if (options.includes(value.value)) return;
      const known = options.map((option) => `"${option}"`).join(", ");
      const suggestion = suggest(value.value, options);
      context.report("value/unknown-option", { callee, name, actual: value.value, known, suggestion }, span);
    },
  };
}

function defaultOf({ type, default: value }: RecipeParameter): Value | undefined {
  if (typeof value === "number") return type === "int" ? int(value) : float(value);
  if (typeof value === "string") return string(value);
  if (typeof value === "boolean") return bool(value);
  if (value === undefined || typeof type === "string") return undefined;
  const items = value.map(float);
  return { kind: "list", element: "listOf" in type ? type.listOf : { record: type.things }, items };
}

/** An entry of a recipe, with checked arguments and defaults. */
export function makeThing(
  context: Context,
  signature: RecipeSignature,
  args: readonly EvaluatedArgument[],
  span: Span,
): RecordValue {
  const parameters = signature.parameters.map((parameter) => toSignature(parameter, signature.name));
  const { values } = bindArguments(context, signature.name, parameters, args, span);
  const fields = new Map<string, Value>();
  for (const parameter of signature.parameters) {
    const value = values.get(parameter.name) ?? defaultOf(parameter);
    if (value !== undefined) fields.set(parameter.name, value);
  }
  return { kind: "record", sort: signature.sort, name: signature.name, fields, span };
}
