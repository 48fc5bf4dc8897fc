import { suggest } from "../diagnostics/suggest.js";
import type { Graph } from "../ir/graph.js";
import { type Dim, formatShape, type Shape } from "../ir/shape.js";
import { recipeKeys, recipeSignatures, requiredRecipeKeys } from "../recipe/signatures.js";
import type { RecipeThing } from "../recipe/thing.js";
import type { Expression, RecipeDeclaration, RecipeEntry } from "../syntax/ast.js";
import type { DeclarationFacts } from "./declaration-facts.js";
import { bindDeclared, nowhere, unknownParameters } from "./declared-parameters.js";
import { Evaluator } from "./evaluator.js";
import { type ElaboratedModel, elaborateModel, type ModelRequest } from "./models.js";
import { Network } from "./network.js";
import { plainThing } from "./plain-things.js";
import type { Module } from "./program.js";
import { checkAgainstStudent } from "./recipe-checks.js";
import { makeStudent, makeTeacher, type RecipeNetwork } from "./recipe-networks.js";
import { settingsForNetwork, settingsForRecipe, unknownRecipeSettings } from "./recipe-settings.js";
import type { Reporter } from "./reporter.js";
import { Scope } from "./scope.js";
import { settleArguments } from "./settings.js";
import { describe } from "./signature.js";
import { tensor, unknown, unknownTensor, type Value } from "./values.js";

/** A recipe whose parts are resolved and whose loss is a graph: inputs `student.logits`, `data.label`, ...; one scalar output `loss`. */
export interface ElaboratedRecipe {
  readonly name: string;
  readonly student: ElaboratedModel;
  /** Undefined also where a recipe has one that its loss, with the parameters given, does not read. */
  readonly teacher: { readonly model: ElaboratedModel; readonly weights: string } | undefined;
  readonly loss: Graph;
  /** The loss as evaluation sees it, `training` false; the same as `loss` where that makes no difference. */
  readonly evaluationLoss: Graph;
  /** `data`, `optimizer`, `schedule`, `train`, `evaluation`: as written, defaults filled in. */
  readonly settings: ReadonlyMap<string, RecipeThing>;
}

/** A recipe that was asked for by its name. */
export interface AskedRecipe {
  readonly recipe: ElaboratedRecipe;
  /** Its student, with all settings, as inference sees it. */
  readonly student: ElaboratedModel;
}

const things = new Map(recipeSignatures.map((signature) => [signature.name, signature]));

interface RecipeContext {
  readonly declaration: RecipeDeclaration;
  readonly module: Module;
  readonly facts: DeclarationFacts;
  readonly reporter: Reporter;
  /** What the command line says. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Checks a recipe and, where nothing is missing, makes its student, teacher and loss; undefined where something is wrong. */
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
  const settings = new Map<string, RecipeThing>();
  for (const [key, entry] of entries) {
    const sort = recipeKeys[key];
    if (sort === "model" || sort === "loss") continue;
    const value = abstract.evaluate(entry.value, values, nowhere());
    if (value.kind === "record" && value.sort === sort) {
      const thing = plainThing(value);
      if (thing !== undefined) settings.set(key, thing);
    } else if (value.kind !== "unknown") {
      const known = recipeSignatures.filter((s) => s.sort === sort).map((s) => s.name);
      abstract.report(
        "recipe/wrong-entry",
        { key, sort, actual: describe(value), known: known.join(", ") },
        entry.value.span,
      );
    }
  }
  const losses = makeLoss(context, entries.get("loss"), { typed: scope, made: values }, student, teacher);
  if (reporter.errorCount > before || student?.model === undefined || losses === undefined) return undefined;
  checkAgainstStudent(student.model.graph, settings, reporter, entries.get("student")?.value.span ?? declaration.span);
  if (reporter.errorCount > before) return undefined;
  if (entries.has("teacher") && teacher?.model === undefined) return undefined;
  const isAsked = [losses.loss, losses.evaluationLoss].some(({ inputs }) =>
    inputs.some((input) => input.name.startsWith("teacher.")),
  );
  const frozen =
    teacher?.model === undefined || !isAsked ? undefined : { model: teacher.model, weights: teacher.weights ?? "" };
  const recipe = { name: declaration.name.text, student: student.model, teacher: frozen, ...losses, settings };
  return { recipe, student: student.request };
}

/** Unless a network is missing that might have had the parameter. */
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
  for (const wrong of unknownRecipeSettings(declaration.name.text, settings, parts)) reporter.add(wrong);
}

function collectEntries({ declaration, reporter }: RecipeContext): Map<keyof typeof recipeKeys, RecipeEntry> {
  const entries = new Map<keyof typeof recipeKeys, RecipeEntry>();
  const known = Object.keys(recipeKeys) as (keyof typeof recipeKeys)[];
  /** What a misspelt entry was to be: not missing as well. */
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

type Losses = Pick<ElaboratedRecipe, "loss" | "evaluationLoss">;

/** The loss as a graph of its own, over the networks' outputs and the label distribution [N, C]; typed by itself first. */
function makeLoss(
  context: RecipeContext,
  entry: RecipeEntry | undefined,
  parameters: { readonly typed: Scope; readonly made: Scope },
  student: RecipeNetwork | undefined,
  teacher: RecipeNetwork | undefined,
): Losses | undefined {
  if (entry === undefined) return undefined;
  const { declaration, facts, reporter } = context;
  const before = reporter.errorCount;
  const declared = new Set(declaration.entries.map(({ name }) => name.text));
  const typed = new Evaluator(reporter, facts, { things });
  const type = evaluateLoss(typed, entry.value, parameters.typed, declared, student, teacher);
  if (type.kind !== "tensor" && type.kind !== "unknown") {
    typed.report("recipe/loss-not-scalar", { actual: describe(type) }, entry.value.span);
  }
  const isConcrete = student?.model !== undefined && (teacher === undefined || teacher.model !== undefined);
  if (reporter.errorCount > before || !isConcrete) return undefined;
  const make = (training: boolean): Graph | undefined =>
    lossGraph(context, training, entry.value, (evaluator) =>
      evaluateLoss(evaluator, entry.value, parameters.made, declared, student, teacher),
    );
  const loss = make(true);
  const evaluationLoss = loss === undefined ? undefined : make(false);
  return loss === undefined || evaluationLoss === undefined ? undefined : { loss, evaluationLoss };
}

/** A loss of known networks; inputs that it does not read are not there. */
function lossGraph(
  { declaration, facts, reporter }: RecipeContext,
  training: boolean,
  { span }: Expression,
  evaluate: (evaluator: Evaluator) => Value,
): Graph | undefined {
  const network = new Network(`${declaration.name.text}.loss`);
  const evaluator = new Evaluator(reporter, facts, { things, network, training });
  const value = evaluate(evaluator);
  const shape: Shape | undefined = evaluator.typeOf(value)?.shape;
  if (value.kind !== "tensor" || value.value === undefined || shape === undefined) return undefined;
  if (shape.length > 0) {
    evaluator.report("recipe/loss-not-scalar", { actual: `a tensor of shape ${formatShape(shape)}` }, span);
    return undefined;
  }
  network.output({ name: "loss", value: value.value });
  return network.finish({ dropUnreadInputs: true });
}

function evaluateLoss(
  evaluator: Evaluator,
  expression: Expression,
  parameters: Scope,
  declared: ReadonlySet<string>,
  student: RecipeNetwork | undefined,
  teacher: RecipeNetwork | undefined,
): Value {
  const scope = parameters.inner();
  const { network } = evaluator;
  const { span } = expression;
  const record = (name: string, fields: ReadonlyMap<string, Value>): Value => ({
    kind: "record",
    sort: name,
    name,
    fields,
    span,
  });
  for (const [name, made] of [["student", student] as const, ["teacher", teacher] as const]) {
    // What is wrong with it is said already.
    if (made === undefined && declared.has(name)) scope.bind(name, unknown, span);
    if (made === undefined) continue;
    const fields = made.outputs.map(({ text }) => [text, outputTensor(network, name, made, text)] as const);
    scope.bind(name, record(name, new Map(fields)), span);
  }
  const label = network === undefined ? unknownTensor : labelTensor(network, student);
  scope.bind("data", record("data", new Map([["label", label]])), span);
  return evaluator.evaluate(expression, scope, nowhere());
}

function outputTensor(network: Network | undefined, prefix: string, made: RecipeNetwork, name: string): Value {
  const output = made.model?.graph.outputs.find((candidate) => candidate.name === name);
  const type = output === undefined ? undefined : made.model?.graph.types[output.value];
  if (network === undefined || type === undefined) return unknownTensor;
  return tensor(network.input({ name: `${prefix}.${name}` }, type));
}

/** One float32 [N, C] whatever the labels were; C is the student's first output's axis 1. */
function labelTensor(network: Network, student: RecipeNetwork | undefined): Value {
  const first = student?.model?.graph.outputs[0];
  const shape = first === undefined ? undefined : student?.model?.graph.types[first.value]?.shape;
  const [batch, classes] = shape ?? [];
  if (batch === undefined || classes === undefined) return unknownTensor;
  const dims: readonly Dim[] = [batch, classes];
  return tensor(network.input({ name: "data.label" }, { dtype: "float32", shape: dims }));
}
