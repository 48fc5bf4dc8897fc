/** A recipe's settings as the options of its training step and its schedule. */
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Graph } from "../ir/graph.js";
import { withoutVariance } from "../ops/batch-statistics.js";
import type { RecipeSettings, ThingOf } from "../recipe/signatures.js";
import { adam } from "./adam.js";
import { adamw } from "./adamw.js";
import type { OptimizerRule } from "./optimizer.js";
import type { Measured, Schedule } from "./schedules.js";
import { sgd } from "./sgd.js";
import type { TrainingStepSource } from "./training-step.js";

/** The parts of an elaborated recipe that a step needs. */
export interface RecipeOfStep {
  readonly student: { readonly graph: Graph };
  readonly loss: Graph;
  readonly settings: RecipeSettings;
}

/** The step's options; `batch` overrides the recipe's, which was already checked against the network. */
export function stepOfRecipe(
  { student, loss, settings }: RecipeOfStep,
  batch = settings.train.fields.batch,
): TrainingStepSource | Problem {
  const { accumulate, average } = settings.train.fields;
  const { clip_norm: clipNorm, groups, freeze, decay_norm_and_bias: decayNormAndBias } = settings.optimizer.fields;
  const [lone] = withoutVariance(student.graph, batch);
  if (lone !== undefined) return problem("recipe/one-value-per-channel", { path: lone.path, batch });
  return {
    network: student.graph,
    loss,
    batch,
    optimizer: ruleOf(settings.optimizer),
    groups: groups.map(({ fields }) => ({
      at: fields.at,
      rateScale: fields.lr_scale,
      decayScale: fields.decay_scale,
    })),
    freeze,
    decayNormAndBias,
    clipNorm: clipNorm === 0 ? undefined : clipNorm,
    accumulate,
    averageDecay: average === 0 ? undefined : average,
  };
}

/** The recipe's schedule (by default a constant rate) and its initial rate. */
export function scheduleOfRecipe({ settings }: Pick<RecipeOfStep, "settings">): {
  readonly schedule: Schedule;
  readonly lr: number;
} {
  const { optimizer, schedule, train } = settings;
  const { lr } = optimizer.fields;
  if (schedule === undefined) return { schedule: { kind: "constant_rate", warmupEpochs: 0 }, lr };
  return { schedule: scheduleOf(schedule, train.fields.epochs), lr };
}

function scheduleOf(thing: ThingOf<"schedule">, epochs: number): Schedule {
  switch (thing.name) {
    case "one_cycle": {
      const { pct_start, div_factor, final_div_factor, anneal, three_phase } = thing.fields;
      return {
        kind: "one_cycle",
        epochs,
        upShare: pct_start,
        divisor: div_factor,
        finalDivisor: final_div_factor,
        form: anneal,
        threePhase: three_phase,
      };
    }
    case "step": {
      const { every_epochs, factor, warmup_epochs } = thing.fields;
      return { kind: "step", everyEpochs: every_epochs, factor, warmupEpochs: warmup_epochs };
    }
    case "cosine": {
      const { floor, moves, warmup_epochs } = thing.fields;
      return { kind: "cosine", floor, epochs, moves, warmupEpochs: warmup_epochs };
    }
    case "plateau": {
      const { measure, factor, patience, threshold, cooldown, floor, warmup_epochs } = thing.fields;
      const rule = { factor, patience, threshold, cooldown, floor, warmupEpochs: warmup_epochs };
      return { kind: "plateau", measure: measures[measure], ...rule };
    }
    case "constant_rate":
      return { kind: "constant_rate", warmupEpochs: thing.fields.warmup_epochs };
  }
}

/** The measure of a plateau, by its name in a recipe. */
const measures = {
  loss: "loss",
  accuracy: "accuracy",
  mean_class_accuracy: "meanClassAccuracy",
} as const satisfies Readonly<Record<string, keyof Measured>>;

function ruleOf(thing: ThingOf<"optimizer">): OptimizerRule {
  switch (thing.name) {
    case "sgd": {
      const { momentum, nesterov, weight_decay } = thing.fields;
      return sgd({ momentum, nesterov, weightDecay: weight_decay });
    }
    case "adam":
      return adam(adamOptions(thing.fields));
    case "adamw":
      return adamw(adamOptions(thing.fields));
  }
}

function adamOptions({
  betas,
  eps,
  weight_decay: weightDecay,
}: Extract<ThingOf<"optimizer">, { name: "adam" | "adamw" }>["fields"]) {
  const [first, second] = betas;
  invariant(first !== undefined && second !== undefined, "Adam without its two betas");
  return { betas: [first, second] as const, eps, weightDecay };
}
