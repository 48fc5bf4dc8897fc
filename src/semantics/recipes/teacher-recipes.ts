/** `frozen(Model, weights: "file", trained_by: Recipe)`: the recipe that trains the weights if there is no file. */
import type { Span } from "../../diagnostics/span.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { formatShape } from "../../ir/shape.js";
import type { RecipeDeclaration } from "../../syntax/ast.js";
import type { Expression } from "../../syntax/ast-expressions.js";
import type { ElaboratedModel } from "../made-models.js";
import type { ModelRequest } from "../models/models.js";
import type { Module } from "../module.js";
import type { Reporter } from "../reporter.js";

/** The recipe that trains a frozen network, and the `--set` values for it. */
export interface TrainerOfTeacher {
  readonly recipe: string;
  readonly settings: ReadonlyMap<string, string>;
}

/** A recipe that `trained_by` names. */
export interface NamedTrainer {
  readonly declaration: RecipeDeclaration;
  readonly module: Module;
  /** The expression in the student's recipe. */
  readonly written: Expression;
}

/** The recipe that `trained_by` names; undefined if it is not a recipe (reported). */
export function trainerNamed(written: Expression, module: Module, reporter: Reporter): NamedTrainer | undefined {
  const recipes = [...module.names].filter(([, { declaration }]) => declaration.kind === "RecipeDeclaration");
  const name = written.kind === "NameExpression" ? written.name.text : undefined;
  const found = name === undefined ? undefined : module.names.get(name);
  if (found?.declaration.kind === "RecipeDeclaration") {
    return { declaration: found.declaration, module: found.module, written };
  }
  // Failed imports are already reported.
  if (name === undefined || !module.missing.has(name)) {
    const known = recipes.map(([recipe]) => recipe);
    const suggestion = name === undefined ? undefined : reporter.suggest(name, () => known);
    reporter.report("recipe/no-teacher-recipe", { name: name ?? "this", known, suggestion }, written.span);
  }
  return undefined;
}

const prefixOf = ({ declaration }: NamedTrainer): string => `${declaration.name.text}.`;

/** The settings `RECIPE.KEY=VALUE` for the recipe that trains the teacher, without the prefix. */
export function settingsForTrainer(
  settings: ReadonlyMap<string, string>,
  trainer: NamedTrainer,
): ReadonlyMap<string, string> {
  const prefix = prefixOf(trainer);
  return new Map(
    [...settings].flatMap(([key, text]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), text] as const] : [])),
  );
}

/** The settings that are not for that recipe. */
export function settingsBeside(
  settings: ReadonlyMap<string, string>,
  trainer: NamedTrainer | undefined,
): ReadonlyMap<string, string> {
  if (trainer === undefined) return settings;
  return new Map([...settings].filter(([key]) => !key.startsWith(prefixOf(trainer))));
}

/** If the recipe leaves its student's size open, the teacher is trained at the size at which it will be used. */
export function sizeFor(student: ModelRequest, frozen: Graph): ReadonlyMap<string, string> {
  const isOpen =
    student.declaration.parameters.some(({ name }) => name.text === "size") &&
    !student.arguments.some(({ name }) => name?.text === "size");
  const [, , height, width] = frozen.inputs.map(({ value }) => typeOf(frozen, value).shape)[0] ?? [];
  return isOpen && typeof height === "number" && height === width
    ? new Map([["student.size", String(height)]])
    : new Map();
}

/**
 * Checks the student of the teacher's recipe against the frozen network: the same network, with the same normalisation of
 * pictures.
 */
export function checkTrained(
  trainer: NamedTrainer,
  trained: ElaboratedModel,
  { model, span }: { readonly model: ElaboratedModel | undefined; readonly span: Span },
  reporter: Reporter,
): void {
  if (model === undefined) return;
  const difference = differenceOf(trained.graph, model.graph);
  if (difference === undefined) return;
  const recipe = trainer.declaration.name.text;
  const related = [{ message: `${recipe} is here`, span: trainer.declaration.name.span }];
  reporter.report("recipe/teacher-of-another-kind", { recipe, ...difference }, span, related);
}

interface NetworkDifference {
  /** `weight fc.weight`, `mean of the picture`. */
  readonly what: string;
  readonly trained: string;
  readonly frozen: string;
}

function differenceOf(trained: Graph, frozen: Graph): NetworkDifference | undefined {
  const shapes = (graph: Graph): ReadonlyMap<string, string> =>
    new Map(graph.slots.map(({ name, value }) => [name, formatShape(typeOf(graph, value).shape)]));
  const [ours, theirs] = [shapes(trained), shapes(frozen)];
  for (const name of theirs.keys()) {
    const [a = "none", b = "none"] = [ours.get(name), theirs.get(name)];
    if (a !== b) return { what: `weight ${name}`, trained: a, frozen: b };
  }
  const [seen, asked] = [trained.inputs[0]?.picture, frozen.inputs[0]?.picture];
  for (const key of ["mean", "std"] as const) {
    const [a, b] = [seen?.[key] ?? [], asked?.[key] ?? []].map((numbers) => `[${numbers.join(", ")}]`);
    if (a !== undefined && b !== undefined && a !== b) return { what: `${key} of the picture`, trained: a, frozen: b };
  }
  return undefined;
}
