import { checkClaims } from "./analysis/budget.js";
import { lintGraph } from "./analysis/lints.js";
import type { Results } from "./analysis/measured.js";
import { type Diagnostic, diagnose } from "./diagnostics/diagnostic.js";
import { isCut, limited } from "./diagnostics/mistake-limit.js";
import { suggest } from "./diagnostics/suggest.js";
import type { Graph } from "./ir/graph.js";
import type { Claim } from "./recipe/claim.js";
import { resolveClaims, wordOfCheck } from "./semantics/checks/claims.js";
import { withoutEchoes } from "./semantics/damage.js";
import { Evaluator } from "./semantics/expressions/evaluator.js";
import type { ElaboratedModel } from "./semantics/made-models.js";
import { Declarations } from "./semantics/models/declarations.js";
import {
  checkTemplate,
  elaborateModel,
  isComplete,
  isModel,
  type ModelRequest,
  reportNoModel,
  requestModel,
  withArguments,
} from "./semantics/models/models.js";
import { applySettings, unknownSettings } from "./semantics/models/settings.js";
import { isDamaged, type Module } from "./semantics/module.js";
import { applyAllowances } from "./semantics/names/allowances.js";
import { lintModule } from "./semantics/names/lints.js";
import { linkProgram, type Sources } from "./semantics/names/program.js";
import type { BlockUse } from "./semantics/network.js";
import {
  type AskedRecipe,
  type ElaboratedRecipe,
  elaborateAskedRecipe,
  elaborateRecipe,
} from "./semantics/recipes/recipes.js";
import { Reporter } from "./semantics/reporter.js";

export type { Sources } from "./semantics/names/program.js";
export { load } from "./source/sources.js";

export interface CompileOptions {
  /**
   * The models to compile: the name of a model or variant, `"all"` of the entry file (the default), or `"main"`: the file's only
   * `model`, or all of them if there are several.
   */
  readonly model?: string;
  /**
   * Compile only this recipe of the entry file (true: its only one): `recipes` contains it, and `models` its student in inference form.
   * `set` then applies to the parameters of the recipe, or else of the student; `student.X` and `teacher.X` name the network.
   */
  readonly recipe?: string | true;
  /** Values for parameters of models or of the recipe, as written on the command line. */
  readonly set?: ReadonlyMap<string, string>;
  /** Make the graphs in training form: `training` is true, and outputs `in training` exist. */
  readonly training?: boolean;
  /** Leave out what only `check` needs: recipes, budgets and lints. */
  readonly graphsOnly?: boolean;
  /** Measured results of models, for checks of accuracy, latency and memory. */
  readonly results?: Results;
}

export interface CompiledModel {
  readonly name: string;
  /** The `model` that this is, or of which it is a variant. */
  readonly base: string;
  readonly graph: Graph;
  /** Whether its training form may differ: whether anything in it reads `training`. */
  readonly asksTraining: boolean;
  /** The applications of blocks, inner ones before outer ones. */
  readonly blocks: () => readonly BlockUse[];
}

/** A resolved `check`: its graph and its claims. */
export interface CompiledCheck {
  readonly model: string;
  readonly graph: Graph;
  readonly claims: readonly Claim[];
}

export interface Compilation {
  /** By file and position; includes broken budgets. */
  readonly diagnostics: readonly Diagnostic[];
  /** In the order of the file. Models with errors are missing. */
  readonly models: readonly CompiledModel[];
  /** Names of all models and variants of the entry file. */
  readonly modelNames: readonly string[];
  readonly checks: readonly CompiledCheck[];
  readonly recipes: readonly ElaboratedRecipe[];
}

/** Compiles the entry file. It is pure and synchronous, and reports every error as a diagnostic. */
export function compile(sources: Sources, options: CompileOptions = {}): Compilation {
  const reporter = new Reporter();
  const program = linkProgram(sources, reporter);
  const { entry } = program;
  if (entry === undefined) {
    const problem = sources.problems.get(sources.entry);
    if (problem !== undefined) reporter.add(problem.make(undefined));
    return { diagnostics: reporter.sorted([]), models: [], modelNames: [], checks: [], recipes: [] };
  }
  const finish = (): readonly Diagnostic[] =>
    limited(withoutEchoes(program.modules, reporter.sorted(sources.files.keys())));
  // With that many mistakes, nothing else can be said about the file.
  if (reporter.isFull || [...sources.files.values()].some((file) => isCut(file.diagnostics))) {
    return { diagnostics: finish(), models: [], modelNames: [], checks: [], recipes: [] };
  }
  const facts = new Declarations(program, reporter);
  facts.check();
  if (reporter.isFull) return { diagnostics: finish(), models: [], modelNames: [], checks: [], recipes: [] };
  const requests = requestModels(entry, facts, reporter);
  const modelNames = requests.map((request) => request.name);
  if (options.recipe !== undefined) {
    const asked = makeAskedRecipe(entry, options.recipe, options, facts, reporter);
    const diagnostics = finish();
    const [recipes, models] = asked === undefined ? [[], []] : [[asked.recipe], [asked.student]];
    return { diagnostics, models, modelNames, checks: [], recipes };
  }
  const wanted = selectModels(entry, requests, options, reporter);
  const models = makeModels(wanted, options, facts, reporter);
  const isWhole = options.graphsOnly !== true;
  const recipes = isWhole ? makeRecipes(entry, facts, reporter) : [];
  const checks = isWhole ? makeChecks(entry, models, options, facts, reporter) : [];
  if (isWhole) {
    for (const { graph } of models) for (const diagnostic of lintGraph(graph)) reporter.add(diagnostic);
    for (const module of program.modules) lintModule(module, module === entry, reporter);
    const isEveryModel = models.length > 0 && wanted.length === requests.length && options.set === undefined;
    for (const module of program.modules) applyAllowances(module, isEveryModel && module === entry, reporter);
  }
  // After the lints, which skip files with errors: a broken budget is not such an error.
  for (const { graph, claims, model } of checks) {
    for (const diagnostic of checkClaims(graph, claims, model, options.results)) reporter.add(diagnostic);
  }
  return { diagnostics: finish(), models, modelNames, checks, recipes };
}

function makeAskedRecipe(
  entry: Module,
  name: string | true,
  { set = new Map<string, string>() }: CompileOptions,
  facts: Declarations,
  reporter: Reporter,
): AskedRecipe | undefined {
  const all = entry.tree.declarations.filter((declaration) => declaration.kind === "RecipeDeclaration");
  const known = all.map((candidate) => candidate.name.text);
  if (name === true && all.length !== 1) {
    reporter.add(diagnose("recipe/which-recipe", { file: entry.path, known }));
    return undefined;
  }
  // An imported recipe is used to train a teacher.
  const declaration =
    name === true ? all[0] : (all.find((each) => each.name.text === name) ?? entry.names.get(name)?.declaration);
  if (declaration?.kind !== "RecipeDeclaration") {
    if (name === true) return undefined;
    const holes = { name, file: entry.path, known: known.join(", "), suggestion: suggest(name, known) };
    reporter.add(diagnose("recipe/unknown-recipe", holes));
    return undefined;
  }
  // The parser has already reported what it could not read.
  const module = entry.names.get(declaration.name.text)?.module ?? entry;
  if (isDamaged({ declaration, module })) return undefined;
  return elaborateAskedRecipe(declaration, module, facts, reporter, set);
}

function makeRecipes(entry: Module, facts: Declarations, reporter: Reporter): readonly ElaboratedRecipe[] {
  return entry.tree.declarations.flatMap((declaration): ElaboratedRecipe[] => {
    if (declaration.kind !== "RecipeDeclaration" || isDamaged({ declaration, module: entry })) return [];
    const recipe = elaborateRecipe(declaration, entry, facts, reporter);
    return recipe === undefined ? [] : [recipe];
  });
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
  const declared = entry.names.get(model);
  // It exists, and its errors are already reported.
  if (declared !== undefined && declared.module === entry && isModel(declared)) return [];
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
  const before = reporter.errorCount;
  const parameters = new Set(wanted.flatMap((request) => request.declaration.parameters.map((p) => p.name.text)));
  if (wanted.length > 0) for (const diagnostic of unknownSettings(settings, parameters)) reporter.add(diagnostic);
  const isNamed = options.model !== undefined && options.model !== "all" && options.model !== "main";
  return wanted.flatMap((request): ElaboratedModel[] => {
    const set = applySettings(request, settings, facts, (diagnostic) => reporter.add(diagnostic));
    // With a wrong setting this would be another model than the requested one, and its figures wrong.
    if (settings.size > 0 && reporter.errorCount > before) return [];
    // A model with open parameters is a template for variants and checks, and is not compiled itself.
    if (!isComplete(set) && !isNamed) {
      checkTemplate(set, facts, reporter);
      return [];
    }
    const model = elaborateModel(set, facts, reporter, options.training === true);
    return model === undefined ? [] : [model];
  });
}

function makeChecks(
  entry: Module,
  models: readonly CompiledModel[],
  options: CompileOptions,
  facts: Declarations,
  reporter: Reporter,
): readonly CompiledCheck[] {
  const evaluator = new Evaluator(reporter, facts);
  const byName = new Map(models.map((model) => [model.name, model]));
  return entry.tree.declarations.flatMap((declaration): CompiledCheck[] => {
    if (declaration.kind !== "CheckDeclaration" || entry.damage.declarations.has(declaration)) return [];
    const { text: name, span } = declaration.name;
    const claims = resolveClaims(evaluator, declaration, entry);
    if (declaration.isForAny) {
      reporter.add(diagnose("budget/no-model", {}, { span: wordOfCheck(declaration) }));
      return [];
    }
    const named = entry.names.get(name);
    if (named === undefined || !isModel(named)) {
      reportNoModel(declaration.name, entry, reporter);
      return [];
    }
    const { model: wanted = "all", set, training } = options;
    if (wanted !== "all" && wanted !== "main" && wanted !== name) return [];
    const isAsMade = declaration.arguments.length === 0 && set === undefined && training !== true;
    const made = isAsMade ? byName.get(name) : undefined;
    if (made !== undefined) return [{ model: name, graph: made.graph, claims }];
    const request = requestModel(named, facts, reporter);
    if (request === undefined) return [];
    const asked = { ...withArguments(request, declaration.arguments, entry, facts, reporter), askedAt: span };
    const model = elaborateModel(asked, facts, reporter, false);
    return model === undefined ? [] : [{ model: name, graph: model.graph, claims }];
  });
}
