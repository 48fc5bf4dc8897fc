import { suggest } from "../../diagnostics/suggest.js";
import type { Graph } from "../../ir/graph.js";
import type { RecipeSettings } from "../../recipe/signatures.js";
import { recipeKeys, recipeSignatures, requiredRecipeKeys } from "../../recipe/signatures.js";
import { asThing } from "../../recipe/thing.js";
import type { RecipeDeclaration, RecipeEntry } from "../../syntax/ast.js";
import { bindDeclared, nowhere, unknownParameters } from "../calls/declared-parameters.js";
import { describe } from "../calls/signature.js";
import type { DeclarationFacts } from "../declaration-facts.js";
import { Evaluator } from "../expressions/evaluator.js";
import type { ElaboratedModel } from "../made-models.js";
import { elaborateModel, type ModelRequest } from "../models/models.js";
import { settleArguments } from "../models/settings.js";
import type { Module } from "../module.js";
import type { Reporter } from "../reporter.js";
import { Scope } from "../scope.js";
import { unknown } from "../values.js";
import type { TakenOrder } from "./loss-classes.js";
import { plainThing } from "./plain-things.js";
import { checkAgainstStudent, checkDistributions } from "./recipe-checks.js";
import { makeLoss, things } from "./recipe-loss.js";
import { makeStudent, makeTeacher, type RecipeNetwork } from "./recipe-networks.js";
import { settingsForNetwork, settingsForRecipe, unknownRecipeSettings } from "./recipe-settings.js";
import { checkTrained, settingsBeside, settingsForTrainer, sizeFor, type TrainerOfTeacher } from "./teacher-recipes.js";

/** A recipe with resolved parts and its loss as a graph: inputs `student.logits`, `data.label`, ...; one scalar output `loss`. */
export interface ElaboratedRecipe {
  readonly name: string;
  readonly student: ElaboratedModel;
  /** Also undefined if the recipe has a teacher that its loss, with the given parameters, does not read. */
  readonly teacher: RecipeTeacher | undefined;
  readonly loss: Graph;
  /** The loss in evaluation mode (`training` is false); the same as `loss` if there is no difference. */
  readonly evaluationLoss: Graph;
  readonly settings: RecipeSettings;
}

/** A frozen network; its outputs' labels are those of the recipe, else the model's own. */
export interface RecipeTeacher {
  readonly model: ElaboratedModel;
  readonly weights: string;
  /** What trains it, if the weight file does not exist. */
  readonly trainedBy: TrainerOfTeacher | undefined;
  /** The labels that the recipe gives it. */
  readonly labels: readonly string[] | undefined;
  /** The model's expression in the recipe. */
  readonly written: string;
  /** By output: the order in which the loss takes the classes, if they are combined with others. */
  readonly taken: ReadonlyMap<string, TakenOrder>;
}

/** A recipe that was requested by name. */
export interface AskedRecipe {
  readonly recipe: ElaboratedRecipe;
  /** Its student in inference form, with all settings. */
  readonly student: ElaboratedModel;
}

interface RecipeContext {
  readonly declaration: RecipeDeclaration;
  readonly module: Module;
  readonly facts: DeclarationFacts;
  readonly reporter: Reporter;
  /** The command line's settings. */
  readonly settings: ReadonlyMap<string, string>;
  /** The recipes on the way here: each one's teacher is trained by the next. */
  readonly trains?: readonly RecipeDeclaration[];
}

/** Checks a recipe and, if nothing is missing, makes its student, teacher and loss; undefined after an error. */
export function elaborateRecipe(
  declaration: RecipeDeclaration,
  module: Module,
  facts: DeclarationFacts,
  reporter: Reporter,
): ElaboratedRecipe | undefined {
  const isAbstract = declaration.parameters.some((parameter) => parameter.default === undefined);
  return elaborate({ declaration, module, facts, reporter, settings: new Map() }, isAbstract)?.recipe;
}

/** {@link elaborateRecipe} with `--set` values; parameters that neither they nor the recipe give are reported. */
export function elaborateAskedRecipe(
  declaration: RecipeDeclaration,
  module: Module,
  facts: DeclarationFacts,
  reporter: Reporter,
  settings: ReadonlyMap<string, string>,
): AskedRecipe | undefined {
  const made = elaborate({ declaration, module, facts, reporter, settings }, false);
  if (made === undefined) return undefined;
  const student = elaborateModel(made.student, facts, reporter, false);
  return student === undefined ? undefined : { recipe: made.recipe, student };
}

interface Elaborated {
  readonly recipe: ElaboratedRecipe;
  readonly student: ModelRequest;
}

function elaborate(context: RecipeContext, isAbstract: boolean): Elaborated | undefined {
  const { declaration, module, facts, reporter, settings: given } = context;
  const entries = collectEntries(context);
  const own = declaration.parameters.map(({ name }) => name.text);
  const scope = new Scope(module);
  const abstract = new Evaluator(reporter, facts, { things });
  unknownParameters(abstract, declaration.parameters, scope);
  const before = reporter.errorCount;
  const values = isAbstract ? scope : concreteScope(context, abstract);
  const settingsFor = (network: "student" | "teacher", parameters: readonly string[]) =>
    settingsForNetwork(given, own, network, parameters);
  const makeOf = { module, facts, evaluator: abstract, scope: values, isAbstract, settingsFor };
  const student = makeStudent(makeOf, entries.get("student"));
  const teacher = makeTeacher(makeOf, entries.get("teacher"), student);
  reportUnknownSettings(context, own, entries, student, teacher);
  const trainer = teacher === undefined ? undefined : trainerOf(context, teacher, isAbstract);
  const known: (readonly [key: string, thing: object])[] = [];
  for (const [key, entry] of entries) {
    const sort = recipeKeys[key];
    if (sort === "model" || sort === "loss") continue;
    const value = abstract.evaluate(entry.value, values, nowhere());
    if (value.kind === "record" && value.sort === sort) {
      const thing = plainThing(value);
      if (thing !== undefined) known.push([key, asThing(thing, sort)]);
    } else if (value.kind !== "unknown") {
      const names = recipeSignatures.filter((s) => s.sort === sort).map((s) => s.name);
      abstract.report(
        "recipe/wrong-entry",
        { key, sort, actual: describe(value), known: names.join(", ") },
        entry.value.span,
      );
    }
  }
  // In the order of the recipe's text.
  const settings: Partial<RecipeSettings> = Object.fromEntries(known);
  checkDistributions(settings.data, entries.get("loss")?.value, reporter);
  const losses = makeLoss(context, entries.get("loss"), { typed: scope, made: values }, { student, teacher });
  if (reporter.errorCount > before || student?.model === undefined || losses === undefined) return undefined;
  checkAgainstStudent(student.model.graph, settings, reporter, entries.get("student")?.value.span ?? declaration.span);
  if (reporter.errorCount > before) return undefined;
  if (entries.has("teacher") && teacher?.model === undefined) return undefined;
  const isAsked = [losses.loss, losses.evaluationLoss].some(({ inputs }) =>
    inputs.some((input) => input.name.startsWith("teacher.")),
  );
  const frozen =
    teacher?.model === undefined || !isAsked ? undefined : teacherOf(teacher, teacher.model, losses.taken, trainer);
  const { data, optimizer, train } = settings;
  // If a recipe is checked by itself, some values may be unknown.
  if (data === undefined || optimizer === undefined || train === undefined) return undefined;
  const { loss, evaluationLoss } = losses;
  const recipe = {
    name: declaration.name.text,
    student: student.model,
    teacher: frozen,
    loss,
    evaluationLoss,
    settings: { ...settings, data, optimizer, train },
  };
  return { recipe, student: student.request };
}

function teacherOf(
  { weights = "", written, labels }: RecipeNetwork,
  model: ElaboratedModel,
  taken: ReadonlyMap<string, TakenOrder>,
  trainedBy: TrainerOfTeacher | undefined,
): RecipeTeacher {
  const byOutput = [...taken].map(([name, order]) => [name.slice("teacher.".length), order] as const);
  return { model, weights, trainedBy, labels, written, taken: new Map(byOutput) };
}

/** The recipe that trains the teacher, checked against the teacher; undefined if there is none, or it is wrong. */
function trainerOf(context: RecipeContext, teacher: RecipeNetwork, isAbstract: boolean): TrainerOfTeacher | undefined {
  const { trainedBy } = teacher;
  if (trainedBy === undefined) return undefined;
  const { declaration, module } = trainedBy;
  const { facts, reporter, trains = [] } = context;
  const way = [...trains, context.declaration];
  if (way.includes(declaration)) {
    const circle = [...way.slice(way.indexOf(declaration)), declaration].map(({ name }) => name.text);
    reporter.report("recipe/teachers-in-a-circle", { circle }, trainedBy.written.span);
    return undefined;
  }
  const settings = settingsForTrainer(context.settings, trainedBy);
  const made = elaborate({ declaration, module, facts, reporter, settings, trains: way }, false);
  if (made === undefined || isAbstract || teacher.model === undefined) return undefined;
  checkTrained(trainedBy, made.recipe.student, teacher, reporter);
  const { folds } = made.recipe.settings.train.fields;
  if (folds > 1) {
    reporter.report("recipe/teacher-of-folds", { recipe: declaration.name.text, folds }, trainedBy.written.span);
  }
  const recipe = declaration.name.text;
  return { recipe, settings: new Map([...sizeFor(made.student, teacher.model.graph), ...settings]) };
}

/** Not if a network is missing that might have the parameter. */
function reportUnknownSettings(
  { declaration, reporter, settings }: RecipeContext,
  own: readonly string[],
  entries: ReadonlyMap<string, RecipeEntry>,
  student: RecipeNetwork | undefined,
  teacher: RecipeNetwork | undefined,
): void {
  if (student === undefined || (entries.has("teacher") && teacher === undefined)) return;
  const names = ({ request }: RecipeNetwork) => request.declaration.parameters.map(({ name }) => name.text);
  const parts = { recipe: own, student: names(student), teacher: teacher === undefined ? [] : names(teacher) };
  const ours = settingsBeside(settings, teacher?.trainedBy);
  for (const wrong of unknownRecipeSettings(declaration.name.text, ours, parts)) reporter.add(wrong);
}

function collectEntries({ declaration, reporter }: RecipeContext): Map<keyof typeof recipeKeys, RecipeEntry> {
  const entries = new Map<keyof typeof recipeKeys, RecipeEntry>();
  const known = Object.keys(recipeKeys) as (keyof typeof recipeKeys)[];
  /** Entries that a misspelt name was meant for: they do not count as missing. */
  const meant = new Set<string>();
  for (const entry of declaration.entries) {
    const { text: name, span } = entry.name;
    const key = known.find((candidate) => candidate === name);
    const earlier = key === undefined ? undefined : entries.get(key);
    if (key === undefined) {
      const suggestion = suggest(name, known);
      if (suggestion !== undefined) meant.add(suggestion);
      reporter.report("recipe/unknown-entry", { name, known: known.join(", "), suggestion }, span);
    } else if (earlier !== undefined) {
      const related = [{ message: `"${name}" is first here`, span: earlier.name.span }];
      reporter.report("resolve/duplicate-name", { name }, span, related);
    } else {
      entries.set(key, entry);
    }
  }
  const missing = requiredRecipeKeys.filter((key) => !entries.has(key) && !meant.has(key));
  if (missing.length > 0) {
    reporter.report("recipe/missing-entries", { names: missing.join(", ") }, declaration.name.span);
  }
  return entries;
}

function concreteScope({ declaration, module, facts, reporter, settings }: RecipeContext, evaluator: Evaluator): Scope {
  const { parameters } = declaration;
  const own = settingsForRecipe(
    settings,
    parameters.map(({ name }) => name.text),
  );
  const args = settleArguments({ parameters, module }, [], own, facts, (wrong) => reporter.add(wrong));
  const bound = bindDeclared(evaluator, declaration.name.text, parameters, module, args, declaration.name.span);
  const scope = new Scope(module);
  for (const { name } of parameters) scope.bind(name.text, bound.values.get(name.text) ?? unknown, name.span);
  return scope;
}
