import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import { suggest } from "../../diagnostics/suggest.js";
import type { ParameterDeclaration } from "../../syntax/ast.js";
import { parseText } from "../../syntax/parse-text.js";
import { nowhere, resolveType } from "../calls/declared-parameters.js";
import { describe, type EvaluatedArgument } from "../calls/signature.js";
import type { DeclarationFacts } from "../declaration-facts.js";
import { Evaluator } from "../expressions/evaluator.js";
import type { Module } from "../module.js";
import { Reporter } from "../reporter.js";
import { Scope } from "../scope.js";
import { fit, formatType } from "../types.js";
import type { Value } from "../values.js";
import type { ModelRequest } from "./models.js";

/** One `--set KEY=VALUE`, and its parameter: `teacher.size` sets `size`. */
export interface Setting {
  readonly key: string;
  readonly parameter: string;
  readonly text: string;
}

/** A model or recipe, which has settable parameters. */
export interface Settable {
  readonly parameters: readonly ParameterDeclaration[];
  readonly module: Module;
}

/** Adds `--set key=value` pairs to a model's arguments. The caller handles unknown keys; wrong values are reported. */
export function applySettings(
  request: ModelRequest,
  settings: ReadonlyMap<string, string>,
  facts: DeclarationFacts,
  report: (diagnostic: Diagnostic) => void,
): ModelRequest {
  const all = [...settings].map(([key, text]): Setting => ({ key, parameter: key, text }));
  const target = { parameters: request.declaration.parameters, module: request.module };
  return { ...request, arguments: settleArguments(target, request.arguments, all, facts, report) };
}

/** Applies settings to arguments; of two settings for one parameter the later wins, and those without a parameter are ignored. */
export function settleArguments(
  target: Settable,
  given: readonly EvaluatedArgument[],
  settings: readonly Setting[],
  facts: DeclarationFacts,
  report: (diagnostic: Diagnostic) => void,
): readonly EvaluatedArgument[] {
  const args = [...given];
  for (const setting of settings) {
    const parameter = target.parameters.find((p) => p.name.text === setting.parameter);
    if (parameter === undefined) continue;
    const value = parseSetting(target.module, parameter, setting, facts, report);
    if (value === undefined) continue;
    const span: Span = parameter.name.span;
    const argument: EvaluatedArgument = { name: parameter.name, value, span };
    const index = args.findIndex((arg) => arg.name?.text === setting.parameter);
    if (index >= 0) args[index] = argument;
    else args.push(argument);
  }
  return args;
}

/** The settings for which no model of the compilation has a parameter. */
export function unknownSettings(
  settings: ReadonlyMap<string, string>,
  parameters: ReadonlySet<string>,
): readonly Diagnostic[] {
  const known = [...parameters];
  return [...settings.keys()]
    .filter((key) => !parameters.has(key))
    .map((key) =>
      diagnose("resolve/unknown-setting", { name: key, known: known.join(", "), suggestion: suggest(key, known) }),
    );
}

function parseSetting(
  module: Module,
  parameter: ParameterDeclaration,
  { key, text }: Setting,
  facts: DeclarationFacts,
  report: (diagnostic: Diagnostic) => void,
): Value | undefined {
  const reporter = new Reporter();
  const evaluator = new Evaluator(reporter, facts);
  const type = resolveType(evaluator, parameter.type);
  const isWord = type === "string" || (typeof type === "object" && "choice" in type);
  const holes = { name: key, value: text, expected: formatType(type) };
  if (isWord && !text.startsWith('"')) {
    const fitted = fit({ kind: "string", value: text }, type);
    if (fitted === undefined) report(diagnose("value/wrong-setting", { ...holes, actual: JSON.stringify(text) }));
    return fitted;
  }
  const { tree, diagnostics, divisions } = parseText("--set", `const value = ${text}\n`);
  const [declaration] = tree.declarations;
  const isOneConstant = tree.declarations.length === 1 && declaration?.kind === "ConstDeclaration";
  if (diagnostics.length > 0 || divisions.size > 0 || !isOneConstant) {
    report(diagnose("value/wrong-setting", { ...holes, actual: JSON.stringify(text) }));
    return undefined;
  }
  const value = evaluator.evaluate(declaration.value, new Scope(module), nowhere());
  const fitted = reporter.diagnostics.length > 0 ? undefined : fit(value, type);
  const actual = value.kind === "unknown" ? JSON.stringify(text) : describe(value);
  if (fitted === undefined) report(diagnose("value/wrong-setting", { ...holes, actual }));
  return fitted;
}
