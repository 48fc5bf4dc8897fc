/** What a recipe says, as the options of its training step and its schedule. */
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Graph } from "../ir/graph.js";
import { withoutVariance } from "../ops/batch-statistics.js";
import { nameOf, type PlainValue, type RecipeThing } from "../recipe/thing.js";
import { adam } from "./adam.js";
import { adamw } from "./adamw.js";
import type { OptimizerRule } from "./optimizer.js";
import type { ParameterGroup } from "./parameter-groups.js";
import type { Measured, Schedule } from "./schedules.js";
import { sgd } from "./sgd.js";
import type { TrainingStepSource } from "./training-step.js";

/** The parts of an elaborated recipe that a step is made of. */
export interface RecipeOfStep {
  readonly student: { readonly graph: Graph };
  readonly loss: Graph;
  readonly settings: ReadonlyMap<string, RecipeThing>;
}

/** The step's options; `batch` takes the place of the recipe's own, which was held to the network already. */
export function stepOfRecipe(recipe: RecipeOfStep, batch?: number): TrainingStepSource | Problem {
  const { fields } = thingOf(recipe, "train");
  const optimizer = thingOf(recipe, "optimizer");
  const size = batch ?? number(fields.batch);
  const [lone] = withoutVariance(recipe.student.graph, size);
  if (lone !== undefined) return problem("recipe/one-value-per-channel", { path: lone.path, batch: size });
  const clipNorm = number(optimizer.fields.clip_norm);
  const averageDecay = number(fields.average);
  return {
    network: recipe.student.graph,
    loss: recipe.loss,
    batch: size,
    optimizer: ruleOf(optimizer),
    groups: list(optimizer.fields.groups).map(groupOf),
    freeze: list(optimizer.fields.freeze).map(String),
    decayNormAndBias: optimizer.fields.decay_norm_and_bias === true,
    clipNorm: clipNorm === 0 ? undefined : clipNorm,
    accumulate: number(fields.accumulate),
    averageDecay: averageDecay === 0 ? undefined : averageDecay,
  };
}

/** The recipe's schedule (a constant rate where it names none) and the rate that it starts from. */
export function scheduleOfRecipe(recipe: RecipeOfStep): { readonly schedule: Schedule; readonly lr: number } {
  const lr = number(thingOf(recipe, "optimizer").fields.lr);
  const schedule = recipe.settings.get("schedule");
  if (schedule === undefined) return { schedule: { kind: "constant_rate", warmupEpochs: 0 }, lr };
  return { schedule: scheduleOf(schedule, number(thingOf(recipe, "train").fields.epochs)), lr };
}

function scheduleOf(thing: RecipeThing, epochs: number): Schedule {
  const { fields } = thing;
  const name = nameOf(thing, "schedule");
  if (name === "one_cycle") {
    return {
      kind: "one_cycle",
      epochs,
      upShare: number(fields.pct_start),
      divisor: number(fields.div_factor),
      finalDivisor: number(fields.final_div_factor),
      form: fields.anneal === "linear" ? "linear" : "cos",
      threePhase: fields.three_phase === true,
    };
  }
  const warmupEpochs = number(fields.warmup_epochs);
  switch (name) {
    case "step":
      return {
        kind: "step",
        everyEpochs: number(fields.every_epochs),
        factor: number(fields.factor),
        warmupEpochs,
      };
    case "cosine": {
      const moves = fields.moves === "step" ? "step" : "epoch";
      return { kind: "cosine", floor: number(fields.floor), epochs, moves, warmupEpochs };
    }
    case "plateau":
      return {
        kind: "plateau",
        measure: measures[String(fields.measure)] ?? "loss",
        factor: number(fields.factor),
        patience: number(fields.patience),
        threshold: number(fields.threshold),
        cooldown: number(fields.cooldown),
        floor: number(fields.floor),
        warmupEpochs,
      };
    case "constant_rate":
      return { kind: "constant_rate", warmupEpochs };
  }
}

/** What a plateau is seen in, by its name in a recipe. */
const measures: Readonly<Record<string, keyof Measured>> = {
  loss: "loss",
  accuracy: "accuracy",
  mean_class_accuracy: "meanClassAccuracy",
};

function ruleOf(thing: RecipeThing): OptimizerRule {
  const { fields } = thing;
  const weightDecay = number(fields.weight_decay);
  const adamOptions = () => {
    const [first, second] = list(fields.betas).map(number);
    return { betas: [number(first), number(second)] as const, eps: number(fields.eps), weightDecay };
  };
  switch (nameOf(thing, "optimizer")) {
    case "sgd":
      return sgd({ momentum: number(fields.momentum), nesterov: fields.nesterov === true, weightDecay });
    case "adam":
      return adam(adamOptions());
    case "adamw":
      return adamw(adamOptions());
  }
}

function groupOf(group: PlainValue): ParameterGroup {
  invariant(typeof group === "object" && "kind" in group, "a group is a thing");
  const { at, lr_scale: rateScale, decay_scale: decayScale } = group.fields;
  return { at: String(at), rateScale: number(rateScale), decayScale: number(decayScale) };
}

function thingOf({ settings }: RecipeOfStep, key: string): RecipeThing {
  const thing = settings.get(key);
  invariant(thing !== undefined, `a recipe without ${key}`);
  return thing;
}

function number(value: PlainValue | undefined): number {
  invariant(typeof value === "number", "a recipe's number is none");
  return value;
}

function list(value: PlainValue | undefined): readonly PlainValue[] {
  invariant(Array.isArray(value), "a recipe's list is none");
  return value;
}
