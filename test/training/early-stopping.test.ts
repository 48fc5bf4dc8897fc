import * as assert from "uvu/assert";
import { isThrough, type Length, stopsEarly } from "../../src/training/early-stopping.js";
import { type EpochRecord, isBetter } from "../../src/training/metrics.js";
import { suite } from "../support/suite.js";

const record = (accuracy: number, more: Partial<EpochRecord> = {}): EpochRecord => ({
  schemaVersion: 1,
  epoch: 1,
  steps: 1,
  lr: 0.1,
  loss: 1,
  accuracy: 0.5,
  validationLoss: 1,
  validationAccuracy: accuracy,
  validationMeanClassAccuracy: 1 - accuracy,
  evaluation: "single_view",
  picturesPerSecond: 1,
  seconds: 1,
  ...more,
});

const length = (patience: number | undefined, minDelta = 0, bestBy: Length["bestBy"] = "accuracy"): Length => ({
  epochs: 9,
  stopping: { patience, minDelta },
  bestBy,
});

/** The epoch after which a run with these figures ends. */
function endOf(accuracies: readonly number[], of: Length): number {
  const records = accuracies.map((accuracy) => record(accuracy));
  return records.findIndex((_, i) => isThrough(records.slice(0, i + 1), of)) + 1;
}

suite("a run that ends early", (test) => {
  const rising = [0.1, 0.3, 0.2, 0.3, 0.31, 0.31, 0.3, 0.2, 0.9, 0.9];

  test("after so many epochs that are no better than the best before: as good is not better", () => {
    assert.is(endOf(rising, length(1)), 3);
    assert.is(endOf(rising, length(2)), 4);
    assert.is(endOf(rising, length(3)), 8);
    assert.is(endOf(rising, length(undefined)), 9);
  });

  test("min_delta: a little better is not better", () => assert.is(endOf(rising, length(3, 0.05)), 5));

  test("by what the best epoch is chosen by", () => {
    assert.is(endOf(rising, length(2, 0, "mean_class_accuracy")), 3);
    assert.is(endOf(rising.toReversed(), length(3, 0, "mean_class_accuracy")), 6);
  });

  test("the average of the weights counts where it is better", () => {
    const average = (accuracy: number) => ({
      averageValidationLoss: 1,
      averageValidationAccuracy: accuracy,
      averageValidationMeanClassAccuracy: accuracy,
    });
    const records = [0.1, 0.2, 0.3, 0.4].map((accuracy) => record(0.1, average(accuracy)));
    assert.is(stopsEarly(records, length(2)), false);
    assert.is(stopsEarly([...records, record(0.1, average(0.4)), record(0.4, average(0.1))], length(2)), true);
  });

  test("nothing has ended before it has begun", () => {
    assert.is(isThrough([], length(1)), false);
    assert.is(stopsEarly([], length(1)), false);
  });
});

suite("the best epoch by mean-class accuracy", (test) => {
  test("is the one whose classes are found, not the one that finds the common class", () => {
    const common = { accuracy: 0.8, meanClassAccuracy: 0.5, loss: 1 };
    const fair = { accuracy: 0.7, meanClassAccuracy: 0.6, loss: 2 };
    assert.ok(isBetter(fair, common, "mean_class_accuracy"));
    assert.not(isBetter(fair, common, "accuracy"));
  });
});
