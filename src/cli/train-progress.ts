/** Formats the progress of a run. */
import { duration } from "../diagnostics/number-text.js";
import type { Paint } from "../diagnostics/paint.js";
import type { StepProgress } from "../training/course.js";
import type { BestBy, EpochRecord } from "../training/metrics.js";
import type { Field } from "./fields.js";

export const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

const rate = (lr: number): string => String(Number(lr.toPrecision(3)));

/** The length of a run, and how its best epoch is chosen. */
export interface EpochPlace {
  readonly epochs: number;
  readonly isBest: boolean;
  readonly bestBy: BestBy;
}

/** The line of a finished epoch; times of its steps and of its evaluation. */
export function epochFields(
  record: EpochRecord,
  { epochs, isBest, bestBy }: EpochPlace,
  paint: Paint,
): readonly Field[] {
  const { averageValidationAccuracy: average, evaluationSeconds = 0 } = record;
  const judged = (share: number, by: BestBy): string =>
    isBest && by === bestBy ? `${paint("green", percent(share))} best` : paint("bold", percent(share));
  const meanClass = judged(record.validationMeanClassAccuracy, "mean_class_accuracy");
  return [
    { text: `epoch ${String(record.epoch).padStart(String(epochs).length)}/${epochs}`, weight: 10 },
    { text: `loss ${record.loss.toFixed(4)}`, weight: 6 },
    { text: `accuracy ${percent(record.accuracy)}`, weight: 3 },
    { text: `held out: ${judged(record.validationAccuracy, "accuracy")}`, weight: 9 },
    { text: `mean-class ${meanClass}`, weight: bestBy === "mean_class_accuracy" ? 8 : 7 },
    ...(average === undefined ? [] : [{ text: `average ${percent(average)}`, weight: 5 }]),
    { text: `loss ${record.validationLoss.toFixed(4)}`, weight: 4 },
    { text: `lr ${rate(record.lr)}`, weight: 1 },
    { text: `${Math.round(record.picturesPerSecond)} pictures/s`, weight: 2 },
    { text: `${duration(record.seconds - evaluationSeconds)} + ${duration(evaluationSeconds)}`, weight: 5 },
  ];
}

/** The line within an epoch; `left` in seconds. */
export function stepFields(progress: StepProgress, epochs: number, left: number | undefined): readonly Field[] {
  const { epoch, step, stepsPerEpoch, loss, accuracy, lr, picturesPerSecond } = progress;
  return [
    { text: `epoch ${epoch}/${epochs}`, weight: 8 },
    { text: `step ${step}/${stepsPerEpoch}`, weight: 5 },
    { text: `loss ${loss.toFixed(4)}`, weight: 7 },
    { text: `accuracy ${percent(accuracy)}`, weight: 6 },
    { text: `lr ${rate(lr)}`, weight: 3 },
    { text: `${Math.round(picturesPerSecond)} pictures/s`, weight: 4 },
    ...(left === undefined ? [] : [{ text: `ETA ${duration(left)}`, weight: 10 }]),
  ];
}
