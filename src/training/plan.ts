/** A recipe prepared for running: its step, its pictures, its schedule. Pure. */

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

/** The network's picture input, with size and normalisation. */
export interface PictureInput {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface TeacherPlan {
  /** With only the outputs that the losses read. */
  readonly graph: Graph;
  /** The model with all of its outputs, as in the recipe. */
  readonly whole: Graph;
  readonly written: string;
  /** As written in the recipe. */
  readonly weights: string;
  /** The labels that the recipe gives it. */
  readonly labels: readonly string[] | undefined;
  readonly picture: PictureInput;
  /** Its outputs that the losses read. */
  readonly outputs: readonly string[];
  /** By output: the order in which the loss takes the classes, if they are combined with others. */
  readonly taken: ReadonlyMap<string, TakenOrder>;
}

export interface TrainingPlan {
  readonly recipe: ElaboratedRecipe;
  /** The student in inference form: what a run builds. */
  readonly deployed: Graph;
  readonly picture: PictureInput;
  /** The output that predicts the class: the student's first. */
  readonly output: string;
  readonly classCount: number;
  /** The model's labels; for a model without labels, those of its weights or of the data's folders. */
  readonly labels: readonly string[] | undefined;
  readonly step: TrainingStepSource;
  /** The network in inference form, with the loss in evaluation mode. */
  readonly evaluation: Graph;
  /**
   * The recipe's `evaluation`: the views of a picture when accuracy is measured. Used by evaluate.ts, and stored with the
   * weights for deploy/predict.ts.
   */
  readonly evaluatedBy: Evaluation;
  readonly schedule: Schedule;
  readonly lr: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly bestBy: BestBy;
  readonly stopping: Stopping;
  /** Whether an incomplete last batch is trained on. */
  readonly keepsLastBatch: boolean;
  readonly sampler: Sampler;
  readonly augment: readonly ThingOf<"augmentation">[];
  /** The largest share of pictures that may be broken. */
  readonly broken: number;
  /** Number of parts of the training pictures, each evaluated by a run that is not trained on it; 1 means a single run. */
  readonly folds: number;
  /** Whether a moving average of the parameters is kept. */
  readonly averages: boolean;
  readonly teacher: TeacherPlan | undefined;
}

/** Overrides from the command line. */
export interface PlanOverrides {
  readonly epochs?: number | undefined;
  readonly seed?: number | undefined;
}

/** The plan of a recipe, or what prevents running it on pictures. */
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
  // A loss may read outputs that exist only in training, such as an auxiliary head.
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

/** The plan with these labels, if the classes had no names before: they become the model's labels. */
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
