import type { Span } from "../../diagnostics/span.js";
import { suggest } from "../../diagnostics/suggest.js";
import type { ParameterDeclaration, TypeExpression } from "../../syntax/ast.js";
import type { Context, Place } from "../context.js";
import type { Module } from "../module.js";
import { PathScope } from "../path-scope.js";
import { Scope } from "../scope.js";
import { fit, formatType, unknownOf } from "../types.js";
import { type BoundArguments, type Type, unknown, type Value } from "../values.js";
import { bindArguments, describe, type EvaluatedArgument, type SignatureParameter } from "./signature.js";

const typeNames = ["int", "float", "bool", "string", "layer"] as const;

/** The type that a type expression names; an unknown name is reported. */
export function resolveType(context: Context, expression: TypeExpression): Type {
  switch (expression.kind) {
    case "NamedType": {
      const { text, span } = expression.name;
      const found = typeNames.find((name) => name === text);
      if (found !== undefined) return found;
      const suggestion = suggest(text, typeNames);
      context.report("resolve/unknown-type", { name: text, known: typeNames.join(", "), suggestion }, span);
      return "unknown";
    }
    case "ListType":
      return { list: resolveType(context, expression.element) };
    case "TupleType":
      return { tuple: expression.elements.map((element) => resolveType(context, element)) };
    case "ChoiceType":
      return { choice: expression.options.map((option) => option.value) };
  }
}

/** The signature of declared parameters. */
function signatureOf(context: Context, parameters: readonly ParameterDeclaration[]): readonly SignatureParameter[] {
  return parameters.map((parameter) => {
    const type = resolveType(context, parameter.type);
    return {
      name: parameter.name.text,
      type: formatType(type),
      required: parameter.default === undefined,
      accept: (value) => fit(value, type),
    };
  });
}

/** A place for expressions that may not make weights: defaults and constants. */
export function nowhere(): Place {
  const scope = new PathScope();
  return { here: scope, body: scope, isOwn: false };
}

/** The value of a default; it may use the parameters before it. */
function evaluateDefault(context: Context, parameter: ParameterDeclaration, scope: Scope): Value {
  if (parameter.default === undefined) return unknown;
  const type = resolveType(context, parameter.type);
  const value = context.evaluate(parameter.default, scope, nowhere());
  const fitted = fit(value, type);
  if (fitted !== undefined) return fitted;
  const holes = { name: parameter.name.text, expected: formatType(type), actual: describe(value) };
  return context.report("type/wrong-default", holes, parameter.default.span);
}

/** Arguments for declared parameters, defaults filled in. */
export function bindDeclared(
  context: Context,
  callee: string,
  parameters: readonly ParameterDeclaration[],
  module: Module,
  args: readonly EvaluatedArgument[],
  callSpan: Span,
): BoundArguments {
  const bound = bindArguments(context, callee, signatureOf(context, parameters), args, callSpan);
  if (parameters.every((p) => bound.values.has(p.name.text))) return bound;
  const values = new Map<string, Value>();
  const scope = new Scope(module);
  for (const parameter of parameters) {
    const name = parameter.name.text;
    const value = bound.values.get(name) ?? evaluateDefault(context, parameter, scope);
    values.set(name, value);
    scope.bind(name, value, parameter.name.span);
  }
  return { values, spans: bound.spans };
}

/** Checks arguments against declared parameters; missing ones are allowed. */
export function checkGiven(
  context: Context,
  callee: string,
  parameters: readonly ParameterDeclaration[],
  args: readonly EvaluatedArgument[],
  callSpan: Span,
): void {
  const optional = signatureOf(context, parameters).map((parameter) => ({ ...parameter, required: false }));
  bindArguments(context, callee, optional, args, callSpan);
}

/** The parameters for evaluating a declaration by itself: unknown values of their types. Defaults and names are checked. */
export function unknownParameters(context: Context, parameters: readonly ParameterDeclaration[], scope: Scope): void {
  for (const parameter of parameters) {
    const { text: name, span } = parameter.name;
    const earlier = scope.ownSpan(name);
    if (earlier !== undefined) {
      context.report("resolve/duplicate-name", { name }, span, [{ message: `"${name}" is first here`, span: earlier }]);
      continue;
    }
    evaluateDefault(context, parameter, scope);
    scope.bind(name, unknownOf(resolveType(context, parameter.type)), span);
  }
}
