import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { suggest } from "../diagnostics/suggest.js";
import type { ParameterDeclaration } from "../syntax/ast.js";
import { parse } from "../syntax/parse.js";
import type { DeclarationFacts } from "./declaration-facts.js";
import { nowhere, resolveType } from "./declared-parameters.js";
import { Evaluator } from "./evaluator.js";
import type { ModelRequest } from "./models.js";
import { Reporter } from "./reporter.js";
import { Scope } from "./scope.js";
import { describe, type EvaluatedArgument } from "./signature.js";
import { fit, formatType } from "./types.js";
import type { Value } from "./values.js";

/** `--set key=value` pairs on top of a model's arguments. Unknown keys are left to the caller; wrong values are reported. */
export function applySettings(
  request: ModelRequest,
  settings: ReadonlyMap<string, string>,
  facts: DeclarationFacts,
  report: (diagnostic: Diagnostic) => void,
): ModelRequest {
  const args = [...request.arguments];
  for (const [key, text] of settings) {
    const parameter = request.declaration.parameters.find((p) => p.name.text === key);
    if (parameter === undefined) continue;
    const value = parseSetting(request, parameter, text, facts, report);
    if (value === undefined) continue;
    const span: Span = parameter.name.span;
    const argument: EvaluatedArgument = { name: parameter.name, value, span };
    const index = args.findIndex((arg) => arg.name?.text === key);
    if (index >= 0) args[index] = argument;
    else args.push(argument);
  }
  return { ...request, arguments: args };
}

/** The settings that no model of the compilation has a parameter for. */
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
  request: ModelRequest,
  parameter: ParameterDeclaration,
  text: string,
  facts: DeclarationFacts,
  report: (diagnostic: Diagnostic) => void,
): Value | undefined {
  const reporter = new Reporter();
  const evaluator = new Evaluator(reporter, facts);
  const type = resolveType(evaluator, parameter.type);
  const isWord = type === "string" || (typeof type === "object" && "choice" in type);
  const holes = { name: parameter.name.text, value: text, expected: formatType(type) };
  if (isWord && !text.startsWith('"')) {
    const fitted = fit({ kind: "string", value: text }, type);
    if (fitted === undefined) report(diagnose("value/wrong-setting", { ...holes, actual: JSON.stringify(text) }));
    return fitted;
  }
  const { tree, diagnostics } = parse("--set", `const value = ${text}\n`);
  const [declaration] = tree.declarations;
  const isOneConstant = tree.declarations.length === 1 && declaration?.kind === "ConstDeclaration";
  if (diagnostics.length > 0 || !isOneConstant) {
    report(diagnose("value/wrong-setting", { ...holes, actual: JSON.stringify(text) }));
    return undefined;
  }
  const value = evaluator.evaluate(declaration.value, new Scope(request.module), nowhere());
  const fitted = reporter.diagnostics.length > 0 ? undefined : fit(value, type);
  const actual = value.kind === "unknown" ? JSON.stringify(text) : describe(value);
  if (fitted === undefined) report(diagnose("value/wrong-setting", { ...holes, actual }));
  return fitted;
}
