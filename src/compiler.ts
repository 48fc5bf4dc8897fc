import { checkClaims } from "./analysis/budget.js";
import { lintGraph } from "./analysis/lints.js";
import type { Diagnostic } from "./diagnostics/diagnostic.js";
import type { Graph } from "./ir/graph.js";
import type { Claim } from "./recipe/claim.js";
import { resolveClaims } from "./semantics/claims.js";
import { Declarations } from "./semantics/declarations.js";
import { Evaluator } from "./semantics/evaluator.js";
import { lintUnused } from "./semantics/lints.js";
import { elaborateModel, type ElaboratedModel, isComplete, type ModelRequest, requestModel, withArguments } from "./semantics/models.js";
import { linkProgram, type Module, type Sources } from "./semantics/program.js";
import { elaborateRecipe, type ElaboratedRecipe } from "./semantics/recipes.js";
import { Reporter } from "./semantics/reporter.js";
import { withoutEchoes } from "./semantics/echoes.js";
import { applySettings, unknownSettings } from "./semantics/settings.js";
import { diagnose } from "./diagnostics/diagnostic.js";
import { suggest } from "./diagnostics/suggest.js";

export { load } from "./sources.js";
export type { Sources } from "./semantics/program.js";

export interface CompileOptions {
  /**
   * Which models to make graphs of: a model's or variant's name, `"all"` of the entry file (the default), or
   * `"main"`: the file's only `model`, or all of them where there are several.
   */
  readonly model?: string;
  /** Values for model parameters, as written on the command line. */
  readonly set?: ReadonlyMap<string, string>;
  /** Make the graphs as training sees them: `training` is true, outputs `in training` are there. */
  readonly training?: boolean;
  /** Leave out what only `check` needs: recipes, budgets and lints. */
  readonly graphsOnly?: boolean;
}

export interface CompiledModel {
  readonly name: string;
  /** The `model` that it is, or is a variant of. */
  readonly base: string;
  readonly graph: Graph;
}

/** A `check`, resolved: what it claims of which graph. */
export interface CompiledCheck {
  readonly model: string;
  readonly graph: Graph;
  readonly claims: readonly Claim[];
}

export interface Compilation {
  /** By file and position; budgets included. */
  readonly diagnostics: readonly Diagnostic[];
  /** In the order of the file. Models with mistakes are missing. */
  readonly models: readonly CompiledModel[];
  /** Names of all models and variants of the entry file. */
  readonly modelNames: readonly string[];
  readonly checks: readonly CompiledCheck[];
  readonly recipes: readonly ElaboratedRecipe[];
}

/** Compiles the entry file: pure and synchronous, whatever is wrong is a diagnostic. */
export function compile(sources: Sources, options: CompileOptions = {}): Compilation {
  const reporter = new Reporter();
  const program = linkProgram(sources, (diagnostic) => reporter.add(diagnostic));
  const { entry } = program;
  if (entry === undefined) {
    const problem = sources.problems.get(sources.entry);
    if (problem !== undefined) reporter.add(problem.make(undefined));
    return { diagnostics: reporter.sorted(), models: [], modelNames: [], checks: [], recipes: [] };
  }
  const facts = new Declarations(program, reporter);
  for (const module of program.modules) facts.checkModule(module);
  const requests = requestModels(entry, facts, reporter);
  const wanted = selectModels(entry, requests, options, reporter);
  const models = makeModels(wanted, options, facts, reporter);
  if (options.graphsOnly === true) {
    return { diagnostics: withoutEchoes(sources, reporter.sorted()), models, modelNames: requests.map((r) => r.name), checks: [], recipes: [] };
  }
  const recipes: ElaboratedRecipe[] = [];
  for (const declaration of entry.tree.declarations) {
    if (declaration.kind !== "RecipeDeclaration") continue;
    const recipe = elaborateRecipe(declaration, entry, facts, reporter);
    if (recipe !== undefined) recipes.push(recipe);
  }
  const checks = makeChecks(entry, requests, models, options, facts, reporter);
  for (const { graph, claims, model } of checks) {
    for (const diagnostic of checkClaims(graph, claims, model)) reporter.add(diagnostic);
  }
  for (const { graph } of models) for (const diagnostic of lintGraph(graph)) reporter.add(diagnostic);
  for (const module of program.modules) lintModule(module, reporter);
  return { diagnostics: withoutEchoes(sources, reporter.sorted()), models, modelNames: requests.map((r) => r.name), checks, recipes };
}

/** Lints a file that is otherwise right: what is unused in a broken one is most often used where it is broken. */
function lintModule(module: Module, reporter: Reporter): void {
  const isBroken = reporter.diagnostics.some((d) => d.severity === "error" && d.span?.file === module.path);
  if (!isBroken && !module.path.startsWith("std/")) lintUnused(module, reporter);
}

/** The entry file's models and variants, in its order. */
function requestModels(entry: Module, facts: Declarations, reporter: Reporter): readonly ModelRequest[] {
  return entry.tree.declarations.flatMap((declaration): ModelRequest[] => {
    if (declaration.kind !== "ModelDeclaration" && declaration.kind !== "VariantDeclaration") return [];
    const request = requestModel({ declaration, module: entry }, facts, reporter);
    return request === undefined ? [] : [request];
  });
}

function selectModels(
  entry: Module,
  requests: readonly ModelRequest[],
  { model = "all" }: CompileOptions,
  reporter: Reporter,
): readonly ModelRequest[] {
  if (model === "all") return requests;
  if (model === "main") {
    const isModel = (request: ModelRequest): boolean => request.name === request.declaration.name.text;
    const own = requests.filter((request) => isModel(request) && isComplete(request));
    return own.length === 1 ? own : requests;
  }
  const found = requests.find((request) => request.name === model);
  if (found !== undefined) return [found];
  const known = requests.map((request) => request.name);
  const holes = { name: model, file: entry.path, known: known.join(", "), suggestion: suggest(model, known) };
  reporter.add(diagnose("resolve/unknown-model", holes));
  return [];
}

function makeModels(
  wanted: readonly ModelRequest[],
  options: CompileOptions,
  facts: Declarations,
  reporter: Reporter,
): readonly CompiledModel[] {
  const settings = options.set ?? new Map<string, string>();
  const parameters = new Set(wanted.flatMap((request) => request.declaration.parameters.map((p) => p.name.text)));
  if (wanted.length > 0) for (const diagnostic of unknownSettings(settings, parameters)) reporter.add(diagnostic);
  const isNamed = options.model !== undefined && options.model !== "all" && options.model !== "main";
  return wanted.flatMap((request): ElaboratedModel[] => {
    const set = applySettings(request, settings, facts, (diagnostic) => reporter.add(diagnostic));
    // A model with parameters left open is a template for variants and checks: nothing to make by itself.
    if (!isComplete(set) && !isNamed) return [];
    const model = elaborateModel(set, facts, reporter, options.training === true);
    return model === undefined ? [] : [model];
  });
}

function makeChecks(
  entry: Module,
  requests: readonly ModelRequest[],
  models: readonly CompiledModel[],
  options: CompileOptions,
  facts: Declarations,
  reporter: Reporter,
): readonly CompiledCheck[] {
  const evaluator = new Evaluator(reporter, facts);
  return entry.tree.declarations.flatMap((declaration): CompiledCheck[] => {
    if (declaration.kind !== "CheckDeclaration") return [];
    const { text: name, span } = declaration.name;
    const claims = resolveClaims(evaluator, declaration, entry);
    const named = entry.names.get(name);
    const own = requests.find((request) => request.name === name);
    const request = own ?? (named === undefined ? undefined : requestModel(named, facts, reporter));
    if (request === undefined) {
      if (named !== undefined || entry.missing.has(name)) return [];
      const known = requests.map((r) => r.name);
      reporter.report("resolve/not-a-model", { name, suggestion: suggest(name, known) }, span);
      return [];
    }
    const isSelected = options.model === undefined || options.model === "all" || options.model === name;
    if (!isSelected) return [];
    const ready = declaration.arguments.length === 0 && options.set === undefined ? models.find((m) => m.name === name) : undefined;
    const model = ready ?? elaborateModel(withArguments(request, declaration.arguments, entry, facts, reporter), facts, reporter, false);
    return model === undefined ? [] : [{ model: name, graph: model.graph, claims }];
  });
}
