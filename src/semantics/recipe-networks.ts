import type { Expression, Identifier, RecipeEntry } from "../syntax/ast.js";
import type { DeclarationFacts } from "./declaration-facts.js";
import { bindDeclared, nowhere } from "./declared-parameters.js";
import type { Evaluator } from "./evaluator.js";
import {
  type ElaboratedModel,
  elaborateModel,
  isModel,
  type ModelRequest,
  reportNoModel,
  requestModel,
  withArguments,
} from "./models.js";
import type { Module } from "./program.js";
import type { Scope } from "./scope.js";

/** A network that a recipe names. */
export interface RecipeNetwork {
  /** Undefined where it is not known yet, or wrong (reported). */
  readonly model: ElaboratedModel | undefined;
  /** The same as inference sees it. */
  readonly deployed: ElaboratedModel | undefined;
  readonly weights: string | undefined;
  readonly outputs: readonly Identifier[];
}

export interface RecipeSurroundings {
  readonly module: Module;
  readonly facts: DeclarationFacts;
  readonly evaluator: Evaluator;
  /** The recipe's parameters. */
  readonly scope: Scope;
  /** Some parameters have no value yet: what they reach is typed, not made. */
  readonly isAbstract: boolean;
}

/** `student = LferLdl(size: 112)`, as training sees it. */
export function makeStudent(around: RecipeSurroundings, entry: RecipeEntry | undefined): RecipeNetwork | undefined {
  if (entry === undefined) return undefined;
  const { value } = entry;
  if (isFrozen(value)) {
    const known = [...around.module.names].filter(([, named]) => isModel(named)).map(([name]) => name);
    const holes = { key: "student", sort: "model", actual: "a frozen network", known: known.join(", ") };
    around.evaluator.report("recipe/wrong-entry", holes, value.span);
    return undefined;
  }
  return makeNetwork(around, value, undefined, true);
}

/** `teacher = frozen(ResNet50(classes: 7), weights: "file")`, as inference sees it. */
export function makeTeacher(around: RecipeSurroundings, entry: RecipeEntry | undefined): RecipeNetwork | undefined {
  if (entry === undefined) return undefined;
  const { value } = entry;
  const { evaluator, scope } = around;
  const args = isFrozen(value) ? value.arguments : [];
  const [model, ...others] = args.filter((argument) => argument.name === undefined);
  const [file, ...rest] = args.filter((argument) => argument.name !== undefined);
  const isWhole = model !== undefined && file?.name?.text === "weights" && others.length === 0 && rest.length === 0;
  const weights = isWhole ? evaluator.evaluate(file.value, scope, nowhere()) : undefined;
  if (!isWhole || (weights?.kind !== "string" && weights?.kind !== "unknown")) {
    evaluator.report("recipe/wrong-frozen", {}, value.span);
    return undefined;
  }
  return makeNetwork(around, model.value, weights.kind === "string" ? weights.value : undefined, false);
}

function isFrozen(expression: Expression): expression is Expression & { kind: "CallExpression" } {
  return expression.kind === "CallExpression" && expression.name.text === "frozen";
}

function makeNetwork(
  around: RecipeSurroundings,
  expression: Expression,
  weights: string | undefined,
  training: boolean,
): RecipeNetwork | undefined {
  const { facts, evaluator } = around;
  const request = requestNamed(around, expression);
  if (request === undefined) return undefined;
  const { declaration, module, arguments: args } = request;
  const outputs = declaration.outputs.filter((o) => training || !o.inTraining).flatMap((o) => o.names);
  if (!around.isAbstract) {
    const made = elaborateModel(request, facts, evaluator.reporter, training);
    // What is wrong with the one would be said of the other again.
    const deployed = training && made !== undefined ? elaborateModel(request, facts, evaluator.reporter, false) : made;
    return { model: made, deployed, weights, outputs };
  }
  bindDeclared(evaluator, declaration.name.text, declaration.parameters, module, args, expression.span);
  return { model: undefined, deployed: undefined, weights, outputs };
}

function requestNamed(
  { module, facts, evaluator, scope }: RecipeSurroundings,
  expression: Expression,
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
  const request = requestModel(named, facts, reporter);
  if (request === undefined) return undefined;
  const args = expression.kind === "CallExpression" ? expression.arguments : [];
  return { ...withArguments(request, args, module, facts, reporter, scope), askedAt: span };
}
