import type { Span } from "../../diagnostics/span.js";
import type { Argument, Identifier } from "../../syntax/ast-expressions.js";
import type { Context, Place } from "../context.js";
import type { Scope } from "../scope.js";
import { formatType, typeOfValue } from "../types.js";
import { type BoundArguments, unknown, type Value } from "../values.js";

/** A parameter of an op, a block or a recipe's entry. */
export interface SignatureParameter {
  readonly name: string;
  /** The type in words. */
  readonly type: string;
  readonly required: boolean;
  /** The converted value, or undefined if the type does not fit. */
  accept(value: Value): Value | undefined;
  /** Checks a value of the right type and reports problems. */
  judge?(context: Context, value: Value, span: Span): void;
}

export interface EvaluatedArgument {
  readonly name: Identifier | undefined;
  readonly value: Value;
  readonly span: Span;
}

export function evaluateArguments(
  context: Context,
  args: readonly Argument[],
  scope: Scope,
  place: Place,
): EvaluatedArgument[] {
  return args.map(({ name, value }) => ({ name, value: context.evaluate(value, scope, place), span: value.span }));
}

/** One record for all calls without arguments: a large model has very many. */
const noArguments: BoundArguments = { values: new Map(), spans: new Map() };

/** Matches arguments to parameters: positional ones first, each at most once, of the right type, none missing. */
export function bindArguments(
  context: Context,
  callee: string,
  parameters: readonly SignatureParameter[],
  args: readonly EvaluatedArgument[],
  callSpan: Span,
): BoundArguments {
  if (args.length === 0 && !parameters.some(({ required }) => required)) return noArguments;
  const values = new Map<string, Value>();
  const spans = new Map<string, Span>();
  let position = 0;
  // An argument without a parameter usually belongs to the missing parameter: one report is enough.
  let hasStray = false;
  for (const { name, value, span } of args) {
    const parameter =
      name === undefined ? parameters[position++] : parameters.findLast((known) => known.name === name.text);
    if (parameter === undefined) {
      hasStray = true;
      if (name === undefined) {
        context.report("type/too-many-arguments", { callee, expected: parameters.length }, span);
      } else {
        const known = parameters.map((p) => p.name);
        const suggestion = context.reporter.suggest(name.text, () => known);
        context.report(
          "resolve/unknown-parameter",
          { callee, name: name.text, known: listOf(known), suggestion },
          name.span,
        );
      }
      continue;
    }
    const earlier = spans.get(parameter.name);
    if (earlier !== undefined) {
      const related = [{ message: "first given here", span: earlier }];
      context.report("type/argument-given-twice", { callee, name: parameter.name }, span, related);
      continue;
    }
    spans.set(parameter.name, span);
    const accepted = parameter.accept(value);
    if (accepted === undefined) {
      const actual = describe(value);
      context.report("type/wrong-argument", { callee, name: parameter.name, expected: parameter.type, actual }, span);
      values.set(parameter.name, unknown);
    } else {
      parameter.judge?.(context, accepted, span);
      values.set(parameter.name, accepted);
    }
  }
  const missing = parameters.filter((p) => p.required && !values.has(p.name)).map((p) => p.name);
  if (missing.length > 0 && !hasStray) {
    context.report("type/missing-argument", { callee, names: missing }, callSpan);
  }
  for (const name of missing) values.set(name, unknown);
  return { values, spans };
}

/** Names for a message: all of them, or the first if there are very many. */
function listOf(names: readonly string[]): string {
  return names.length <= 30 ? names.join(", ") : `${names.slice(0, 30).join(", ")}, ...`;
}

/** A value in words, for messages: `int 3`, `string "relu"`, `a layer`. */
export function describe(value: Value): string {
  switch (value.kind) {
    case "int":
    case "float":
    case "bool":
      return value.value === undefined ? value.kind : `${value.kind} ${value.value}`;
    case "string":
      return value.value === undefined ? "string" : `string ${JSON.stringify(value.value)}`;
    case "tensor":
      return "a tensor";
    case "layer":
      return "a layer";
    case "batch":
      return "a multiple of N";
    case "initializer":
      return "an initializer";
    default:
      return formatType(typeOfValue(value));
  }
}
