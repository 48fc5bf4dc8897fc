import type { Span } from "../../diagnostics/span.js";
import { typeOf } from "../../ir/graph.js";
import { formatShape } from "../../ir/shape.js";
import type { RecipeEntry } from "../../syntax/ast.js";
import type { Expression, Identifier } from "../../syntax/ast-expressions.js";
import { printExpression } from "../../syntax/print.js";
import { bindDeclared, nowhere } from "../calls/declared-parameters.js";
import { stringsIn } from "../calls/records.js";
import type { DeclarationFacts } from "../declaration-facts.js";
import type { Evaluator } from "../expressions/evaluator.js";
import type { ElaboratedModel } from "../made-models.js";
import {
  elaborateModel,
  isModel,
  type ModelRequest,
  reportNoModel,
  requestModel,
  withArguments,
} from "../models/models.js";
import { type Setting, settleArguments } from "../models/settings.js";
import type { Module } from "../module.js";
import type { Scope } from "../scope.js";
import { fit } from "../types.js";
import { int } from "../values.js";
import { type NamedTrainer, trainerNamed } from "./teacher-recipes.js";

/** A network of a recipe. */
export interface RecipeNetwork {
  /** Undefined if it is unknown or wrong (reported). */
  readonly model: ElaboratedModel | undefined;
  readonly weights: string | undefined;
  /** The labels that the recipe gives a frozen network. */
  readonly labels?: readonly string[];
  /** The recipe that trains a frozen network. */
  readonly trainedBy?: NamedTrainer;
  readonly outputs: readonly Identifier[];
  /** How to make it, for callers that need it in another form. */
  readonly request: ModelRequest;
  /** The model's expression in the recipe. */
  readonly written: string;
  /** The span of the whole entry. */
  readonly span: Span;
}

export interface RecipeSurroundings {
  readonly module: Module;
  readonly facts: DeclarationFacts;
  readonly evaluator: Evaluator;
  /** The recipe's parameters. */
  readonly scope: Scope;
  /** Some parameters have no value: expressions that depend on them are type-checked, not instantiated. */
  readonly isAbstract: boolean;
  /** The command line's settings for this network's parameters, once its declaration is known. */
  readonly settingsFor: (network: "student" | "teacher", parameters: readonly string[]) => readonly Setting[];
}

/** `student = LferLdl(size: 112)`, in its training form. */
export function makeStudent(around: RecipeSurroundings, entry: RecipeEntry | undefined): RecipeNetwork | undefined {
  if (entry === undefined) return undefined;
  const { value } = entry;
  if (isFrozen(value)) {
    const known = [...around.module.names].filter(([, named]) => isModel(named)).map(([name]) => name);
    const holes = { key: "student", sort: "model", actual: "a frozen network", known: known.join(", ") };
    around.evaluator.report("recipe/wrong-entry", holes, value.span);
    return undefined;
  }
  const request = requestNamed(around, value, "student");
  return request === undefined
    ? undefined
    : makeNetwork(around, request, value, { weights: undefined, training: true });
}

/**
 * `teacher = frozen(ResNet50(classes: 7), weights: "file", trained_by: Recipe)`, in its inference form; at the student's size
 * by default.
 */
export function makeTeacher(
  around: RecipeSurroundings,
  entry: RecipeEntry | undefined,
  student: RecipeNetwork | undefined,
): RecipeNetwork | undefined {
  if (entry === undefined) return undefined;
  const { value } = entry;
  const { evaluator, scope } = around;
  const args = isFrozen(value) ? value.arguments : [];
  const [model, ...others] = args.filter((argument) => argument.name === undefined);
  const named = args.filter((argument) => argument.name !== undefined);
  const keys = ["weights", "labels", "trained_by"];
  const [file, labels, by] = keys.map((key) => named.find(({ name }) => name?.text === key));
  const given = [file, labels, by].filter((argument) => argument !== undefined);
  const isWhole = model !== undefined && others.length === 0 && file !== undefined && given.length === named.length;
  const weights = isWhole ? evaluator.evaluate(file.value, scope, nowhere()) : undefined;
  const names = labels === undefined ? undefined : evaluator.evaluate(labels.value, scope, nowhere());
  const isList = names === undefined || fit(names, { list: "string" }) !== undefined;
  if (!isWhole || !isList || (weights?.kind !== "string" && weights?.kind !== "unknown")) {
    evaluator.report("recipe/wrong-frozen", {}, value.span);
    return undefined;
  }
  const request = requestNamed(around, model.value, "teacher");
  if (request === undefined) return undefined;
  const source = weights.kind === "string" ? weights.value : undefined;
  const made = makeNetwork(around, atSizeOf(request, student), model.value, { weights: source, training: false });
  const trainedBy = by === undefined ? undefined : trainerNamed(by.value, around.module, evaluator.reporter);
  const network = { ...made, span: value.span, ...(trainedBy === undefined ? {} : { trainedBy }) };
  return labels === undefined ? network : labelled(around, network, stringsIn(names), labels.value.span);
}

/** The network with these labels on each output that has as many classes: its training may have used another order. */
function labelled(
  { evaluator }: RecipeSurroundings,
  network: RecipeNetwork,
  labels: readonly string[] | undefined,
  span: Span,
): RecipeNetwork | undefined {
  const { model } = network;
  if (model === undefined || labels === undefined) return network;
  const { graph } = model;
  const fits = graph.outputs.map(({ value }) => typeOf(graph, value).shape[1] === labels.length);
  if (!fits.includes(true)) {
    const outputs = graph.outputs.map(({ name, value }) => `${name} ${formatShape(typeOf(graph, value).shape)}`);
    evaluator.report("recipe/frozen-labels", { labels: labels.length, model: graph.name, outputs }, span);
    return undefined;
  }
  const outputs = graph.outputs.map((output, i) => (fits[i] ? { ...output, labels } : output));
  return { ...network, labels, model: { ...model, graph: { ...graph, outputs } } };
}

/** The request with the size of the student's picture, if the model has a `size` parameter without a value. */
function atSizeOf(request: ModelRequest, student: RecipeNetwork | undefined): ModelRequest {
  const graph = student?.model?.graph;
  const parameter = request.declaration.parameters.find(({ name }) => name.text === "size");
  const isInt = parameter?.type.kind === "NamedType" && parameter.type.name.text === "int";
  const isTold = request.arguments.some(({ name }) => name?.text === "size");
  if (graph === undefined || !isInt || isTold) return request;
  const [shape] = graph.inputs.map(({ value }) => typeOf(graph, value).shape).filter(({ length }) => length === 4);
  const [, , height, width] = shape ?? [];
  if (typeof height !== "number" || height !== width) return request;
  const { name } = parameter;
  return { ...request, arguments: [...request.arguments, { name, value: int(height), span: name.span }] };
}

function isFrozen(expression: Expression): expression is Expression & { kind: "CallExpression" } {
  return expression.kind === "CallExpression" && expression.name.text === "frozen";
}

function makeNetwork(
  { facts, evaluator, isAbstract }: RecipeSurroundings,
  request: ModelRequest,
  expression: Expression,
  { weights, training }: { readonly weights: string | undefined; readonly training: boolean },
): RecipeNetwork {
  const { declaration, module, arguments: args } = request;
  const outputs = declaration.outputs.filter((o) => training || !o.inTraining).flatMap((o) => o.names);
  const { span } = expression;
  const known = { weights, outputs, request, written: writtenModel(expression), span };
  if (!isAbstract) return { model: elaborateModel(request, facts, evaluator.reporter, training), ...known };
  bindDeclared(evaluator, declaration.name.text, declaration.parameters, module, args, span);
  return { model: undefined, ...known };
}

function requestNamed(
  { module, facts, evaluator, scope, settingsFor }: RecipeSurroundings,
  expression: Expression,
  network: "student" | "teacher",
): ModelRequest | undefined {
  const { reporter } = evaluator;
  const { span } = expression;
  if (expression.kind !== "NameExpression" && expression.kind !== "CallExpression") {
    reporter.report("resolve/not-a-model", { name: "this", suggestion: undefined }, span);
    return undefined;
  }
  const named = module.names.get(expression.name.text);
  if (named === undefined || !isModel(named)) {
    reportNoModel(expression.name, module, reporter);
    return undefined;
  }
  const model = requestModel(named, facts, reporter);
  if (model === undefined) return undefined;
  const args = expression.kind === "CallExpression" ? expression.arguments : [];
  const request = withArguments(model, args, module, facts, reporter, scope);
  const { parameters } = request.declaration;
  const settings = settingsFor(
    network,
    parameters.map(({ name }) => name.text),
  );
  const target = { parameters, module: request.module };
  const settled = settleArguments(target, request.arguments, settings, facts, (wrong) => reporter.add(wrong));
  return { ...request, arguments: settled, askedAt: span };
}

/** The expression of a network in a recipe. */
export const writtenModel = (model: Expression): string => printExpression(model);
