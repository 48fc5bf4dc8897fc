import { suggest } from "../diagnostics/suggest.js";
import type { Graph } from "../ir/graph.js";
import { type Dim, formatShape, type Shape } from "../ir/shape.js";
import { recipeKeys, recipeSignatures, requiredRecipeKeys } from "../recipe/signatures.js";
import type { Argument, Expression, Identifier, RecipeDeclaration, RecipeEntry } from "../syntax/ast.js";
import { nowhere, unknownParameters, bindDeclared } from "./declared-parameters.js";
import type { DeclarationFacts } from "./declaration-facts.js";
import { Evaluator } from "./evaluator.js";
import { elaborateModel, type ElaboratedModel, isComplete, requestModel, withArguments, type ModelRequest } from "./models.js";
import { Network } from "./network.js";
import type { Module } from "./program.js";
import type { Reporter } from "./reporter.js";
import { Scope } from "./scope.js";
import { describe } from "./signature.js";
import { type RecordValue, tensor, unknown, unknownTensor, type Value } from "./values.js";

/** A recipe whose parts are resolved and whose loss is a graph: inputs `student.logits`, `data.label`, ...; one scalar output `loss`. */
export interface ElaboratedRecipe {
  readonly name: string;
  readonly student: ElaboratedModel;
  readonly teacher: { readonly model: ElaboratedModel; readonly weights: string } | undefined;
  readonly loss: Graph;
  /** `data`, `optimizer`, `schedule`, `train`, `evaluation`: as written, defaults filled in. */
  readonly settings: ReadonlyMap<string, RecordValue>;
}

const things = new Map(recipeSignatures.map((signature) => [signature.name, signature]));

interface RecipeContext {
  readonly declaration: RecipeDeclaration;
  readonly module: Module;
  readonly facts: DeclarationFacts;
  readonly reporter: Reporter;
}

/** Checks a recipe and, where nothing is missing, makes its student, teacher and loss; undefined where something is wrong. */
export function elaborateRecipe(
  declaration: RecipeDeclaration,
  module: Module,
  facts: DeclarationFacts,
  reporter: Reporter,
): ElaboratedRecipe | undefined {
  const context: RecipeContext = { declaration, module, facts, reporter };
  const entries = collectEntries(context);
  const isAbstract = declaration.parameters.some((parameter) => parameter.default === undefined);
  const scope = new Scope(module);
  const abstract = new Evaluator(reporter, facts, { things });
  unknownParameters(abstract, declaration.parameters, scope);
  const before = reporter.errorCount;
  const values = isAbstract ? scope : concreteScope(context, abstract);
  const student = makeNetwork(context, entries.get("student"), values, true);
  const teacher = makeNetwork(context, entries.get("teacher"), values, false);
  const settings = new Map<string, RecordValue>();
  for (const [key, entry] of entries) {
    const sort = recipeKeys[key];
    if (sort === "model" || sort === "loss") continue;
    const value = abstract.evaluate(entry.value, values, nowhere());
    if (value.kind === "record" && value.sort === sort) settings.set(key, value);
    else if (value.kind !== "unknown") {
      const known = recipeSignatures.filter((s) => s.sort === sort).map((s) => s.name);
      abstract.report("recipe/wrong-entry", { key, sort, actual: describe(value), known: known.join(", ") }, entry.value.span);
    }
  }
  const loss = makeLoss(context, entries.get("loss"), values, student, teacher);
  if (reporter.errorCount > before || student?.model === undefined || loss === undefined) return undefined;
  if (entries.has("teacher") && teacher?.model === undefined) return undefined;
  const frozen = teacher?.model === undefined ? undefined : { model: teacher.model, weights: teacher.weights ?? "" };
  return { name: declaration.name.text, student: student.model, teacher: frozen, loss, settings };
}

function collectEntries({ declaration, reporter }: RecipeContext): Map<keyof typeof recipeKeys, RecipeEntry> {
  const entries = new Map<keyof typeof recipeKeys, RecipeEntry>();
  const known = Object.keys(recipeKeys) as (keyof typeof recipeKeys)[];
  for (const entry of declaration.entries) {
    const { text: name, span } = entry.name;
    const key = known.find((candidate) => candidate === name);
    const earlier = key === undefined ? undefined : entries.get(key);
    if (key === undefined) {
      reporter.report("recipe/unknown-entry", { name, known: known.join(", "), suggestion: suggest(name, known) }, span);
    } else if (earlier !== undefined) {
      const related = [{ message: `"${name}" is first here`, span: earlier.name.span }];
      reporter.report("resolve/duplicate-name", { name }, span, related);
    } else {
      entries.set(key, entry);
    }
  }
  const missing = requiredRecipeKeys.filter((key) => !entries.has(key));
  if (missing.length > 0) {
    reporter.report("recipe/missing-entries", { names: missing.join(", ") }, declaration.name.span);
  }
  return entries;
}

function concreteScope({ declaration, module }: RecipeContext, evaluator: Evaluator): Scope {
  const bound = bindDeclared(evaluator, declaration.name.text, declaration.parameters, module, [], declaration.name.span);
  const scope = new Scope(module);
  for (const { name } of declaration.parameters) scope.bind(name.text, bound.values.get(name.text) ?? unknown, name.span);
  return scope;
}

interface RecipeNetwork {
  readonly model: ElaboratedModel | undefined;
  readonly weights: string | undefined;
  readonly outputs: readonly Identifier[];
}

/** `LferLdl`, `LferLdl(size: 112)` or `frozen(ResNet50(classes: 7), weights: "file")`. */
function makeNetwork(
  context: RecipeContext,
  entry: RecipeEntry | undefined,
  scope: Scope,
  training: boolean,
): RecipeNetwork | undefined {
  if (entry === undefined) return undefined;
  const { facts, reporter } = context;
  const evaluator = new Evaluator(reporter, facts, { things });
  let expression: Expression = entry.value;
  let weights: string | undefined;
  if (expression.kind === "CallExpression" && expression.name.text === "frozen") {
    const [model, ...rest] = expression.arguments;
    for (const argument of rest) {
      const value = evaluator.evaluate(argument.value, scope, nowhere());
      if (argument.name?.text === "weights" && value.kind === "string") weights = value.value;
      else evaluator.report("recipe/wrong-frozen", {}, argument.span);
    }
    if (model === undefined || weights === undefined) {
      evaluator.report("recipe/wrong-frozen", {}, expression.span);
      return undefined;
    }
    expression = model.value;
  }
  const request = requestNamed(context, expression, scope, evaluator);
  if (request === undefined) return undefined;
  const outputs = request.declaration.outputs.filter((o) => training || !o.inTraining).flatMap((o) => o.names);
  if (!isComplete(request)) return { model: undefined, weights, outputs };
  return { model: elaborateModel(request, facts, reporter, training), weights, outputs };
}

function requestNamed(
  { module, facts, reporter }: RecipeContext,
  expression: Expression,
  scope: Scope,
  evaluator: Evaluator,
): ModelRequest | undefined {
  const isName = expression.kind === "NameExpression" || expression.kind === "CallExpression";
  const named = isName ? module.names.get(expression.name.text) : undefined;
  const kind = named?.declaration.kind;
  if (!isName || named === undefined || (kind !== "ModelDeclaration" && kind !== "VariantDeclaration")) {
    const models = [...module.names].filter(([, n]) => ["ModelDeclaration", "VariantDeclaration"].includes(n.declaration.kind));
    const name = isName ? expression.name.text : "this";
    if (module.missing.has(name)) return undefined;
    const suggestion = suggest(name, models.map(([key]) => key));
    evaluator.report("resolve/not-a-model", { name, suggestion }, expression.span);
    return undefined;
  }
  const request = requestModel(named, facts, reporter);
  const args: readonly Argument[] = expression.kind === "CallExpression" ? expression.arguments : [];
  return request === undefined ? undefined : withArguments(request, args, module, facts, reporter, scope);
}

/** The loss as a graph of its own, over the networks' outputs and the label distribution [N, C]. */
function makeLoss(
  { declaration, facts, reporter }: RecipeContext,
  entry: RecipeEntry | undefined,
  parameters: Scope,
  student: RecipeNetwork | undefined,
  teacher: RecipeNetwork | undefined,
): Graph | undefined {
  if (entry === undefined) return undefined;
  const isConcrete = student?.model !== undefined && (teacher === undefined || teacher.model !== undefined);
  const network = isConcrete ? new Network(`${declaration.name.text}.loss`) : undefined;
  const evaluator = new Evaluator(reporter, facts, { things, ...(network === undefined ? {} : { network }), training: true });
  const scope = parameters.inner();
  const span = entry.value.span;
  const asRecord = (name: string, fields: ReadonlyMap<string, Value>): Value => ({ kind: "record", sort: name, name, fields, span });
  for (const [name, made] of [["student", student] as const, ["teacher", teacher] as const]) {
    if (made === undefined) continue;
    const fields = new Map<string, Value>();
    for (const output of made.outputs) fields.set(output.text, outputTensor(network, name, made, output.text));
    scope.bind(name, asRecord(name, fields), span);
  }
  const label = network === undefined ? unknownTensor : labelTensor(network, student);
  scope.bind("data", asRecord("data", new Map([["label", label]])), span);
  const value = evaluator.evaluate(entry.value, scope, nowhere());
  if (value.kind === "unknown") return undefined;
  if (value.kind !== "tensor") {
    evaluator.report("recipe/loss-not-scalar", { actual: describe(value) }, span);
    return undefined;
  }
  const shape: Shape | undefined = evaluator.typeOf(value)?.shape;
  if (network === undefined || value.value === undefined || shape === undefined) return undefined;
  if (shape.length > 0) {
    evaluator.report("recipe/loss-not-scalar", { actual: `a tensor of shape ${formatShape(shape)}` }, span);
    return undefined;
  }
  network.output({ name: "loss", value: value.value });
  return network.finish();
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
