/** When a run ends. It depends only on the records of its epochs, so a resumed run decides alike. */
import { type BestBy, type EpochRecord, measureOf, type Score } from "./metrics.js";

export interface Stopping {
  /** Epochs without improvement after which a run ends; undefined if it never ends early. */
  readonly patience: number | undefined;
  /** The minimum improvement over the best so far. */
  readonly minDelta: number;
}

export interface Length {
  readonly epochs: number;
  readonly stopping: Stopping;
  readonly bestBy: BestBy;
}

/** The scores of an epoch's weights, and of their moving average if there is one. */
export function scoresOf(record: EpochRecord): readonly Score[] {
  const { averageValidationLoss, averageValidationAccuracy, averageValidationMeanClassAccuracy } = record;
  const own = {
    loss: record.validationLoss,
    accuracy: record.validationAccuracy,
    meanClassAccuracy: record.validationMeanClassAccuracy,
  };
  if (averageValidationLoss === undefined || averageValidationAccuracy === undefined) return [own];
  const average = {
    loss: averageValidationLoss,
    accuracy: averageValidationAccuracy,
    meanClassAccuracy: averageValidationMeanClassAccuracy ?? 0,
  };
  return [own, average];
}

/** Whether none of the last epochs was an improvement. */
export function stopsEarly(records: readonly EpochRecord[], { stopping, bestBy }: Omit<Length, "epochs">): boolean {
  const { patience, minDelta } = stopping;
  if (patience === undefined) return false;
  let best = Number.NEGATIVE_INFINITY;
  let since = 0;
  for (const record of records) {
    const value = Math.max(...scoresOf(record).map((score) => measureOf(score, bestBy)));
    if (value > best + minDelta) {
      best = value;
      since = 0;
    } else since++;
  }
  return since >= patience;
}

/** Whether the run is complete. */
export const isThrough = (records: readonly EpochRecord[], length: Length): boolean =>
  records.length >= length.epochs || stopsEarly(records, length);
