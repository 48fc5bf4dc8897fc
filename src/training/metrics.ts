/** The metrics of a run, by epoch. */
import { isJsonObject } from "../formats/json-object.js";
import { type Evaluation, evaluationNamed } from "../recipe/evaluations.js";
import type { bestMeasures } from "../recipe/signatures/run.js";

/** Loss and accuracies on the held-out pictures. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
  /** Mean of the classes' accuracies. */
  readonly meanClassAccuracy: number;
}

/** One line of `metrics.jsonl`. */
export interface EpochRecord {
  readonly schemaVersion: 1;
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps since the beginning of the run. */
  readonly steps: number;
  /** Learning rate of the epoch's last step. */
  readonly lr: number;
  /** Means over the epoch's training pictures, each at the time of its step. */
  readonly loss: number;
  readonly accuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly validationMeanClassAccuracy: number;
  /** How held-out pictures were evaluated for these three. */
  readonly evaluation: Evaluation;
  /** The same with the moving average of the parameters, if the recipe keeps one. */
  readonly averageValidationLoss?: number;
  readonly averageValidationAccuracy?: number;
  readonly averageValidationMeanClassAccuracy?: number;
  /** Duration of the epoch's evaluation; records of older versions have none. */
  readonly evaluationSeconds?: number;
  /** Training pictures per second, without evaluation. */
  readonly picturesPerSecond: number;
  /** Duration of the whole epoch. */
  readonly seconds: number;
}

/** The best weights so far, and their epoch. */
export interface Best extends Score {
  readonly epoch: number;
  readonly weights: "current" | "average";
}

const numbersOf = (value: object, keys: readonly string[]): boolean =>
  keys.every((key) => Number.isFinite((value as Readonly<Record<string, unknown>>)[key]));

/** Whether a parsed value is a record: numbers, and the name of an evaluation. */
export function isEpochRecord(value: unknown): value is EpochRecord {
  if (!isJsonObject(value) || !("evaluation" in value)) return false;
  const { evaluation, ...numbers } = value;
  const judged = ["validationLoss", "validationAccuracy", "validationMeanClassAccuracy"];
  const needed = ["epoch", "steps", "lr", "loss", "accuracy", ...judged, "picturesPerSecond", "seconds"];
  const isNamed = typeof evaluation === "string" && evaluationNamed(evaluation) !== undefined;
  return isNamed && numbersOf(numbers, [...Object.keys(numbers), ...needed]);
}

/** Whether a parsed value describes the best weights. */
export function isBest(value: unknown): value is Best {
  if (!isJsonObject(value) || !("weights" in value)) return false;
  return (
    (value.weights === "current" || value.weights === "average") &&
    numbersOf(value, ["epoch", "loss", "accuracy", "meanClassAccuracy"])
  );
}

/** The measure that decides the best epoch, as named in recipes. */
export type BestBy = (typeof bestMeasures)[number];

const bestFields = { accuracy: "accuracy", mean_class_accuracy: "meanClassAccuracy" } as const satisfies Readonly<
  Record<BestBy, keyof Score>
>;

export const measureOf = (score: Score, by: BestBy): number => score[bestFields[by]];

/** The better of two: the larger measure, then the lower loss, then the earlier epoch. */
export function isBetter(a: Score, b: Score | undefined, by: BestBy): boolean {
  if (b === undefined) return true;
  const [own, other] = [measureOf(a, by), measureOf(b, by)];
  return own > other || (own === other && a.loss < b.loss);
}
