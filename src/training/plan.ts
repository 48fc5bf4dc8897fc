/** A recipe made ready to be run: what its step, its pictures and its course are. Pure. */

import type { Sampler } from "../data/sampling.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import { withLabels } from "../ir/class-order.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { type Evaluation, usualEvaluation } from "../recipe/evaluations.js";
import type { ThingOf } from "../recipe/signatures.js";
import type { TakenOrder } from "../semantics/recipes/loss-classes.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import { attachLoss } from "../step/attach-loss.js";
import { scheduleOfRecipe, stepOfRecipe } from "../step/from-recipe.js";
import type { Schedule } from "../step/schedules.js";
import type { TrainingStepSource } from "../step/training-step.js";
import type { Stopping } from "./early-stopping.js";
import type { BestBy } from "./metrics.js";

/** The input of a network that is a picture, and how pixels become its numbers. */
export interface PictureInput {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface TeacherPlan {
  /** With the outputs that the losses read. */
  readonly graph: Graph;
  /** The model with all of its outputs, as the recipe writes it. */
  readonly whole: Graph;
  readonly written: string;
  /** As the recipe writes it. */
  readonly weights: string;
  /** The labels that the recipe itself gives it. */
  readonly labels: readonly string[] | undefined;
  readonly picture: PictureInput;
  /** Its outputs that the losses read. */
  readonly outputs: readonly string[];
  /** By output: the order in which the loss takes the classes, where they meet others. */
  readonly taken: ReadonlyMap<string, TakenOrder>;
}

export interface TrainingPlan {
  readonly recipe: ElaboratedRecipe;
  /** The student as inference sees it: what a run builds. */
  readonly deployed: Graph;
  readonly picture: PictureInput;
  /** The output that says the class: the student's first. */
  readonly output: string;
  readonly classCount: number;
  /** The model's; of a model without any those that its weights or the data's folders bring. */
  readonly labels: readonly string[] | undefined;
  readonly step: TrainingStepSource;
  /** The network as inference sees it, with the loss as evaluation sees it. */
  readonly evaluation: Graph;
  /** How a picture is judged when accuracy is measured. */
  readonly evaluatedBy: Evaluation;
  readonly schedule: Schedule;
  readonly lr: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly bestBy: BestBy;
  readonly stopping: Stopping;
  /** Whether a last batch that is not full is trained on. */
  readonly keepsLastBatch: boolean;
  readonly sampler: Sampler;
  readonly augment: readonly ThingOf<"augmentation">[];
  /** The largest share of pictures that may be broken. */
  readonly broken: number;
  /** How many parts the training pictures are cut into, each judged by a run that never saw it; 1: there is one run. */
  readonly folds: number;
  /** Whether a moving average of the parameters is kept. */
  readonly averages: boolean;
  readonly teacher: TeacherPlan | undefined;
}

/** What the command line says otherwise. */
export interface PlanOverrides {
  readonly epochs?: number | undefined;
  readonly seed?: number | undefined;
}

/** The plan of a recipe, or what keeps it from being run on pictures. */
export function planOf(
  written: ElaboratedRecipe,
  deployed: Graph,
  overrides: PlanOverrides = {},
): TrainingPlan | Problem {
  const recipe = withOverrides(written, overrides);
  const { student } = recipe;
  const picture = pictureInputOf(student.graph);
  if (isProblem(picture)) return picture;
  const [first] = student.graph.outputs;
  const [, classCount] = first === undefined ? [] : typeOf(student.graph, first.value).shape;
  invariant(first !== undefined && typeof classCount === "number", "a student without classes");
  const step = stepOfRecipe(recipe);
  if (isProblem(step)) return step;
  const teacher = teacherOf(recipe);
  if (isProblem(teacher)) return teacher;
  const { fields: train } = recipe.settings.train;
  const { fields: data } = recipe.settings.data;
  // A loss may read what only training has, such as an auxiliary head.
  const asked = recipe.evaluationLoss.inputs.flatMap(({ name }) => afterPrefix(name, "student."));
  const inference = asked.every((name) => deployed.outputs.some((output) => output.name === name));
  return {
    recipe,
    deployed,
    picture,
    output: first.name,
    classCount,
    labels: first.labels,
    step,
    evaluation: attachLoss(inference ? deployed : student.graph, recipe.evaluationLoss),
    evaluatedBy: recipe.settings.evaluation?.name ?? usualEvaluation,
    ...scheduleOfRecipe(recipe),
    batch: step.batch,
    epochs: train.epochs,
    seed: train.seed,
    bestBy: train.best_by,
    stopping: { patience: train.patience || undefined, minDelta: train.min_delta },
    keepsLastBatch: train.last_batch === "keep",
    sampler: samplerOf(data),
    augment: data.augment,
    broken: data.broken,
    folds: train.folds,
    averages: step.averageDecay !== undefined,
    teacher,
  };
}

/** The plan with these labels, where nobody has named the classes before: from then on they are the model's. */
export function withClasses(plan: TrainingPlan, labels: readonly string[] | undefined): TrainingPlan {
  if (plan.labels !== undefined || labels === undefined) return plan;
  return { ...plan, labels, deployed: withLabels(plan.deployed, new Map([[plan.output, labels]])) };
}

function withOverrides(recipe: ElaboratedRecipe, { epochs, seed }: PlanOverrides): ElaboratedRecipe {
  const { train } = recipe.settings;
  const fields = {
    ...train.fields,
    ...(epochs === undefined ? {} : { epochs }),
    ...(seed === undefined ? {} : { seed }),
  };
  return { ...recipe, settings: { ...recipe.settings, train: { ...train, fields } } };
}

/** The network's only input, a `picture(...)` of a known size. */
function pictureInputOf(graph: Graph): PictureInput | Problem {
  const [input, ...others] = graph.inputs;
  const shape = input === undefined ? [] : typeOf(graph, input.value).shape;
  const [, channels, height, width] = shape;
  if (input?.picture === undefined || others.length > 0 || shape.length !== 4 || channels !== 3) {
    return problem("train/no-picture-input", { model: graph.name, inputs: graph.inputs.map(({ name }) => name) });
  }
  invariant(typeof height === "number" && typeof width === "number", "a picture without a size");
  return { name: input.name, width, height, mean: input.picture.mean, std: input.picture.std };
}

function teacherOf({ teacher, loss, evaluationLoss }: ElaboratedRecipe): TeacherPlan | undefined | Problem {
  if (teacher === undefined) return undefined;
  const { graph } = teacher.model;
  const picture = pictureInputOf(graph);
  if (isProblem(picture)) return picture;
  const read = [loss, evaluationLoss].flatMap(({ inputs }) =>
    inputs.flatMap(({ name }) => afterPrefix(name, "teacher.")),
  );
  const outputs = [...new Set(read)];
  return {
    graph: { ...graph, outputs: graph.outputs.filter(({ name }) => outputs.includes(name)) },
    whole: graph,
    written: teacher.written,
    weights: teacher.weights,
    labels: teacher.labels,
    picture,
    outputs,
    taken: teacher.taken,
  };
}

function samplerOf({ sampler, sampler_power: power }: ThingOf<"data">["fields"]): Sampler {
  switch (sampler) {
    case "power":
      return { power };
    case "balanced":
      return { power: 0 };
    case "shuffled":
      return "shuffled";
  }
}

const afterPrefix = (name: string, prefix: string): readonly string[] =>
  name.startsWith(prefix) ? [name.slice(prefix.length)] : [];
