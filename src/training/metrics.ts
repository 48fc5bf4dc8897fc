/** What a run says of itself, epoch by epoch. */
import { isJsonObject } from "../formats/json-object.js";
import { type Evaluation, evaluationNamed } from "../recipe/evaluations.js";
import type { bestMeasures } from "../recipe/signatures/run.js";

/** Loss and shares of right answers on the pictures held out. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
  /** Mean of the classes' own accuracies. */
  readonly meanClassAccuracy: number;
}

/** One line of `metrics.jsonl`. */
export interface EpochRecord {
  readonly schemaVersion: 1;
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps since the run began. */
  readonly steps: number;
  /** Of the epoch's last step. */
  readonly lr: number;
  /** Means over the epoch's training pictures, each as it was when its turn came. */
  readonly loss: number;
  readonly accuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly validationMeanClassAccuracy: number;
  /** How pictures held out were judged for these three. */
  readonly evaluation: Evaluation;
  /** The same with the moving average of the parameters, where the recipe keeps one. */
  readonly averageValidationLoss?: number;
  readonly averageValidationAccuracy?: number;
  readonly averageValidationMeanClassAccuracy?: number;
  /** Of judging the epoch; records of older versions have none. */
  readonly evaluationSeconds?: number;
  /** Training pictures a second, evaluation not counted. */
  readonly picturesPerSecond: number;
  /** Of the whole epoch. */
  readonly seconds: number;
}

/** Which weights did best so far, and when. */
export interface Best extends Score {
  readonly epoch: number;
  readonly weights: "current" | "average";
}

const numbersOf = (value: object, keys: readonly string[]): boolean =>
  keys.every((key) => Number.isFinite((value as Readonly<Record<string, unknown>>)[key]));

/** Whether something that was read is a record: numbers, and the name of an evaluation. */
export function isEpochRecord(value: unknown): value is EpochRecord {
  if (!isJsonObject(value) || !("evaluation" in value)) return false;
  const { evaluation, ...numbers } = value;
  const judged = ["validationLoss", "validationAccuracy", "validationMeanClassAccuracy"];
  const needed = ["epoch", "steps", "lr", "loss", "accuracy", ...judged, "picturesPerSecond", "seconds"];
  const isNamed = typeof evaluation === "string" && evaluationNamed(evaluation) !== undefined;
  return isNamed && numbersOf(numbers, [...Object.keys(numbers), ...needed]);
}

/** Whether something that was read says which weights did best. */
export function isBest(value: unknown): value is Best {
  if (!isJsonObject(value) || !("weights" in value)) return false;
  return (
    (value.weights === "current" || value.weights === "average") &&
    numbersOf(value, ["epoch", "loss", "accuracy", "meanClassAccuracy"])
  );
}

/** What makes an epoch the best one, as recipes name it. */
export type BestBy = (typeof bestMeasures)[number];

const bestFields = { accuracy: "accuracy", mean_class_accuracy: "meanClassAccuracy" } as const satisfies Readonly<
  Record<BestBy, keyof Score>
>;

export const measureOf = (score: Score, by: BestBy): number => score[bestFields[by]];

/** The better of two: more of the measure, then lower loss, then the earlier. */
export function isBetter(a: Score, b: Score | undefined, by: BestBy): boolean {
  if (b === undefined) return true;
  const [own, other] = [measureOf(a, by), measureOf(b, by)];
  return own > other || (own === other && a.loss < b.loss);
}
