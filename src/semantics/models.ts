import type { Span } from "../diagnostics/span.js";
import type { Graph } from "../ir/graph.js";
import type { Argument, Identifier, ModelDeclaration, ParameterDeclaration } from "../syntax/ast.js";
import { bindDeclared, nowhere } from "./declared-parameters.js";
import type { DeclarationFacts } from "./declaration-facts.js";
import { Evaluator } from "./evaluator.js";
import { evaluateInputs, evaluateOutputs } from "./model-io.js";
import { Network } from "./network.js";
import type { Module, NamedDeclaration } from "./program.js";
import type { Reporter } from "./reporter.js";
import { Scope } from "./scope.js";
import { type EvaluatedArgument, evaluateArguments } from "./signature.js";
import { evaluateStatement } from "./statements.js";
import type { Value } from "./values.js";

/** A model with the arguments it is to be made with, later ones over earlier ones. */
export interface ModelRequest {
  readonly name: string;
  readonly declaration: ModelDeclaration;
  readonly module: Module;
  readonly arguments: readonly EvaluatedArgument[];
  readonly span: Span;
}

/** A model made concrete. */
export interface ElaboratedModel {
  readonly name: string;
  /** The `model` it is, or is a variant of. */
  readonly base: string;
  readonly graph: Graph;
  /** Its parameters' values. */
  readonly parameters: ReadonlyMap<string, Value>;
}

/** The model behind a model's or variant's name, with the variants' arguments; undefined where it is neither (reported). */
export function requestModel(
  named: NamedDeclaration,
  facts: DeclarationFacts,
  reporter: Reporter,
  seen: ReadonlySet<unknown> = new Set(),
): ModelRequest | undefined {
  const { declaration, module } = named;
  const { text: name, span } = declaration.name;
  if (declaration.kind === "ModelDeclaration") return { name, declaration, module, arguments: [], span };
  if (declaration.kind !== "VariantDeclaration" || seen.has(declaration)) return undefined;
  const base = module.names.get(declaration.base.text);
  if (base === undefined || (base.declaration.kind !== "ModelDeclaration" && base.declaration.kind !== "VariantDeclaration")) {
    if (module.missing.has(declaration.base.text)) return undefined;
    const holes = { name: declaration.base.text, suggestion: undefined };
    reporter.report("resolve/not-a-model", holes, declaration.base.span);
    return undefined;
  }
  const request = requestModel(base, facts, reporter, new Set([...seen, declaration]));
  if (request === undefined) return undefined;
  return { ...withArguments(request, declaration.arguments, module, facts, reporter), name, span };
}

/** The request with further arguments, written in `module`, over those it has. */
export function withArguments(
  request: ModelRequest,
  args: readonly Argument[],
  module: Module,
  facts: DeclarationFacts,
  reporter: Reporter,
  scope: Scope = new Scope(module),
): ModelRequest {
  const evaluator = new Evaluator(reporter, facts);
  const evaluated = evaluateArguments(evaluator, args, scope, nowhere());
  return { ...request, arguments: override(request.arguments, evaluated, request.declaration.parameters) };
}

/** Later arguments replace earlier ones of the same name; positional ones get their parameter's name. */
function override(
  earlier: readonly EvaluatedArgument[],
  later: readonly EvaluatedArgument[],
  parameters: readonly ParameterDeclaration[],
): readonly EvaluatedArgument[] {
  const named = later.map((arg, i): EvaluatedArgument => {
    const parameter = parameters[i];
    if (arg.name !== undefined || parameter === undefined) return arg;
    const name: Identifier = { kind: "Identifier", text: parameter.name.text, span: arg.span };
    return { ...arg, name };
  });
  const replaced = new Set(named.map((arg) => arg.name?.text));
  return [...earlier.filter((arg) => !replaced.has(arg.name?.text)), ...named];
}

/** Whether nothing is missing to make the model. */
export function isComplete(request: ModelRequest): boolean {
  const given = new Set(request.arguments.map((arg) => arg.name?.text));
  return request.declaration.parameters.every((p) => p.default !== undefined || given.has(p.name.text));
}

/** Makes the graph; undefined where something is wrong (reported). */
export function elaborateModel(
  request: ModelRequest,
  facts: DeclarationFacts,
  reporter: Reporter,
  training: boolean,
): ElaboratedModel | undefined {
  const { declaration, module, name } = request;
  const before = reporter.errorCount;
  const network = new Network(name);
  const isVariant = name !== declaration.name.text;
  const inside = isVariant ? { message: `in variant ${name}`, span: request.span } : undefined;
  const evaluator = new Evaluator(reporter, facts, { network, training, inside });
  const bound = bindDeclared(
    new Evaluator(reporter, facts),
    declaration.name.text,
    declaration.parameters,
    module,
    request.arguments,
    request.span,
  );
  const scope = new Scope(module);
  for (const parameter of declaration.parameters) {
    const value = bound.values.get(parameter.name.text);
    if (value !== undefined) scope.bind(parameter.name.text, value, parameter.name.span);
  }
  const root = nowhere();
  evaluateInputs(evaluator, declaration, scope, root);
  for (const statement of declaration.statements) evaluateStatement(evaluator, statement, scope, root);
  evaluateOutputs(evaluator, declaration, scope, root);
  if (reporter.errorCount > before) return undefined;
  const graph = network.finish();
  // Something unknown on the way, reported where it was declared: the graph would lack an output.
  const expected = declaration.outputs.filter((output) => training || !output.inTraining).flatMap((o) => o.names);
  if (graph.outputs.length < expected.length) return undefined;
  return { name, base: declaration.name.text, graph, parameters: bound.values };
}
