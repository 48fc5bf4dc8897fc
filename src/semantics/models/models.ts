import type { Span } from "../../diagnostics/span.js";
import type { ModelDeclaration, VariantDeclaration } from "../../syntax/ast.js";
import type { Argument, Identifier } from "../../syntax/ast-expressions.js";
import { bindDeclared, checkGiven, nowhere } from "../calls/declared-parameters.js";
import { type EvaluatedArgument, evaluateArguments } from "../calls/signature.js";
import type { DeclarationFacts } from "../declaration-facts.js";
import { Evaluator } from "../expressions/evaluator.js";
import { evaluateStatement } from "../expressions/statements.js";
import { limits } from "../limits.js";
import type { ElaboratedModel } from "../made-models.js";
import { isDamaged, type Module, type NamedDeclaration } from "../module.js";
import { type BlockUse, Network } from "../network.js";
import type { Reporter } from "../reporter.js";
import { Scope } from "../scope.js";
import { evaluateInputs, evaluateOutputs } from "./model-io.js";

/** A model and its arguments; later ones override earlier ones. */
export interface ModelRequest {
  readonly name: string;
  readonly declaration: ModelDeclaration;
  readonly module: Module;
  readonly arguments: readonly EvaluatedArgument[];
  /** Its name, where it is declared. */
  readonly span: Span;
  /** The check or recipe that requests the model; undefined if its declaration does. */
  readonly askedAt?: Span;
}

/** The model behind the name of a model or variant, with the variants' arguments; undefined (reported) if it is neither. */
export function requestModel(
  named: NamedDeclaration,
  facts: DeclarationFacts,
  reporter: Reporter,
): ModelRequest | undefined {
  const { text: name, span } = named.declaration.name;
  const variants: (NamedDeclaration & { readonly declaration: VariantDeclaration })[] = [];
  let current = named;
  for (;;) {
    const { declaration, module } = current;
    if (isDamaged(current)) return undefined;
    if (declaration.kind === "ModelDeclaration") {
      const model: ModelRequest = { name, declaration, module, arguments: [], span };
      return variants.reduceRight(
        (request, variant) => withArguments(request, variant.declaration.arguments, variant.module, facts, reporter),
        model,
      );
    }
    if (declaration.kind !== "VariantDeclaration" || facts.isRecursive(declaration)) return undefined;
    if (variants.push({ declaration, module }) > limits.instantiationDepth) {
      reporter.report("limit/nested-too-deep", { limit: limits.instantiationDepth }, span);
      return undefined;
    }
    const base = module.names.get(declaration.base.text);
    if (base === undefined || !isModel(base)) {
      reportNoModel(declaration.base, module, reporter);
      return undefined;
    }
    current = base;
  }
}

/** Whether it names a model or a variant. */
export function isModel({ declaration }: NamedDeclaration): boolean {
  return declaration.kind === "ModelDeclaration" || declaration.kind === "VariantDeclaration";
}

/** Reports that a name is not a model, unless its import failed: that is already reported. */
export function reportNoModel({ text: name, span }: Identifier, module: Module, reporter: Reporter): void {
  if (module.missing.has(name)) return;
  const known = () => [...module.names].filter(([, named]) => isModel(named)).map(([key]) => key);
  reporter.report("resolve/not-a-model", { name, suggestion: reporter.suggest(name, known) }, span);
}

/** The request with further arguments, written in `module`, which override its own. */
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
  return { ...request, arguments: override(evaluator, request, evaluated) };
}

/** Later arguments replace earlier ones of the same name; positional ones get their parameter's name. */
function override(
  evaluator: Evaluator,
  request: ModelRequest,
  later: readonly EvaluatedArgument[],
): readonly EvaluatedArgument[] {
  const { name: callee, parameters } = request.declaration;
  let position = 0;
  const named = later.flatMap((arg): EvaluatedArgument[] => {
    if (arg.name !== undefined) return [arg];
    const parameter = parameters[position++];
    if (parameter === undefined) {
      evaluator.report("type/too-many-arguments", { callee: callee.text, expected: parameters.length }, arg.span);
      return [];
    }
    const name: Identifier = { kind: "Identifier", text: parameter.name.text, span: arg.span };
    return [{ ...arg, name }];
  });
  const replaced = new Set(named.map((arg) => arg.name?.text));
  return [...request.arguments.filter((arg) => !replaced.has(arg.name?.text)), ...named];
}

/** Whether all parameters without a default have a value. */
export function isComplete(request: ModelRequest): boolean {
  const given = new Set(request.arguments.map((arg) => arg.name?.text));
  return request.declaration.parameters.every((p) => p.default !== undefined || given.has(p.name.text));
}

/** Checks the given arguments of a model whose other parameters are open. */
export function checkTemplate(request: ModelRequest, facts: DeclarationFacts, reporter: Reporter): void {
  const { declaration, arguments: args, span } = request;
  checkGiven(new Evaluator(reporter, facts), declaration.name.text, declaration.parameters, args, span);
}

/** Creates the graph, once for the same values; undefined (reported) if there are errors. */
export function elaborateModel(
  request: ModelRequest,
  facts: DeclarationFacts,
  reporter: Reporter,
  training: boolean,
): ElaboratedModel | undefined {
  const { declaration, module, name } = request;
  const before = reporter.errorCount;
  const binding = new Evaluator(reporter, facts);
  const { values } = bindDeclared(
    binding,
    declaration.name.text,
    declaration.parameters,
    module,
    request.arguments,
    request.askedAt ?? request.span,
  );
  const isBound = reporter.errorCount === before;
  const made = isBound ? facts.models.find(declaration, values, training, name) : undefined;
  if (made !== undefined) {
    // Lints and counts go through the cached graph's nodes again, and the limit of work applies to all models together.
    return binding.spend(request.span, limits.stepsPerNode * made.graph.nodes.length) ? made : undefined;
  }
  const network = new Network(name);
  const isVariant = name !== declaration.name.text;
  const inside = isVariant ? { message: `in variant ${name}`, span: request.span } : undefined;
  const evaluator = new Evaluator(reporter, facts, { network, training, inside });
  const scope = new Scope(module);
  for (const parameter of declaration.parameters) {
    const value = values.get(parameter.name.text);
    if (value !== undefined) scope.bind(parameter.name.text, value, parameter.name.span);
  }
  const root = nowhere();
  evaluateInputs(evaluator, declaration, scope, root);
  if (declaration.statements.every((statement) => evaluateStatement(evaluator, statement, scope, root))) {
    evaluateOutputs(evaluator, declaration, scope, root);
  }
  if (reporter.errorCount > before) return undefined;
  const graph = network.finish();
  // An unknown value, reported at its declaration: the graph would lack an output.
  const expected = declaration.outputs.filter((output) => training || !output.inTraining).flatMap((o) => o.names);
  if (graph.outputs.length < expected.length) return undefined;
  const { asksTraining } = evaluator;
  const base = declaration.name.text;
  const blocks = (): readonly BlockUse[] => network.blocks;
  const model: ElaboratedModel = { name, base, graph, parameters: values, asksTraining, blocks };
  facts.models.keep(declaration, training, model);
  return model;
}
