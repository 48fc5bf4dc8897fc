// Metrics by scikit-learn 1.9.1, SciPy 1.17.1 (stats.bootstrap: percentile, 40,000 resamples; binomtest().proportion_ci) and
// PyCalib 0.1.0.dev6 (conf_ECE, 15 bins) for the predictions of made-answers.ts: four classes, 400 pictures, gain 1.5 and 1.25.
import * as assert from "uvu/assert";
import { accuraciesOf, countRightAndWrong } from "../../src/judging/accuracies.js";
import { compareAnswers } from "../../src/judging/comparison.js";
import { type Interval, wilsonInterval } from "../../src/judging/interval.js";
import { pointAt, riskCoverageOf } from "../../src/judging/risk-coverage.js";
import { summaryOf } from "../../src/judging/summary.js";
import { suite } from "../support/suite.js";
import { madeAnswers } from "./made-answers.js";

const classes = ["a", "b", "c", "d"];
const first = madeAnswers(400, classes, 1.5);
const second = madeAnswers(400, classes, 1.25);

const near = (found: number | undefined, expected: number, within = 1e-12): void =>
  assert.ok(Math.abs((found ?? Number.NaN) - expected) <= within, `${found}, not ${expected}`);

/** The ends of a bootstrap interval are random themselves: with 5,000 resamples they vary by some 0.001. */
const about = ({ low, high }: Interval, [wantedLow, wantedHigh]: readonly [number, number]): void => {
  near(low, wantedLow, 0.004);
  near(high, wantedHigh, 0.004);
};

suite("judged as others judge", (test) => {
  test("confusion, recall, precision, F1 and mean-class accuracy are scikit-learn's", () => {
    const found = summaryOf(first);
    assert.equal(found.confusion, [
      [143, 0, 0, 57],
      [0, 47, 0, 7],
      [7, 0, 44, 0],
      [27, 0, 0, 68],
    ]);
    near(found.accuracy, 0.755);
    near(found.meanClassAccuracy, 0.7909762355234492);
    near(found.macroF1, 0.8036871227917664);
    const byClass = [
      [0.807909604519774, 0.715, 0.7586206896551724],
      [1, 0.8703703703703703, 0.9306930693069307],
      [1, 0.8627450980392157, 0.9263157894736842],
      [0.5151515151515151, 0.7157894736842105, 0.5991189427312775],
    ] as const;
    for (const [c, [precision, recall, f1]] of byClass.entries()) {
      near(found.perClass[c]?.precision, precision);
      near(found.perClass[c]?.recall, recall);
      near(found.perClass[c]?.f1, f1);
    }
  });

  test("the calibration error is PyCalib's", () => near(summaryOf(first).calibrationError, 0.1767311130473268));

  test("the interval of a share is SciPy's Wilson, at both ends of its range too", () => {
    const cases = [
      [302, 400, 0.710557459419624, 0.7945912704698848],
      [0, 5, 0, 0.43448246478317476],
      [5, 5, 0.5655175352168251, 1],
      [3, 10, 0.10779126740630102, 0.6032218525388546],
    ] as const;
    for (const [right, all, low, high] of cases) {
      near(wilsonInterval(right, all).low, low);
      near(wilsonInterval(right, all).high, high);
    }
  });

  test("the interval of mean-class accuracy is SciPy's bootstrap, and the same each time", () => {
    const found = accuraciesOf(countRightAndWrong(first.pictures, classes.length));
    about(found.meanClassAccuracyInterval, [0.7469720923305366, 0.8327188759774244]);
    assert.equal(accuraciesOf(countRightAndWrong(first.pictures, classes.length)), found);
  });

  test("the difference of two networks is SciPy's paired bootstrap, the second minus the first", () => {
    const found = compareAnswers(first, second);
    assert.ok("accuracy" in found);
    near(found.accuracy.value, -0.0475);
    about(found.accuracy.interval, [-0.1, 0.0075]);
    near(found.meanClassAccuracy.value, -0.05209680655888094);
    about(found.meanClassAccuracy.interval, [-0.11504025246230223, 0.010579282005900768]);
  });

  // By numpy: wrong predictions ordered by the largest probability, their running mean, its mean.
  test("risk falls with coverage as numpy has it, and the area under it is the same", () => {
    const found = riskCoverageOf(first);
    near(found.area, 0.05866764711893805);
    const risks = [1, 0.9, 0.8, 0.7, 0.5].map((coverage) => pointAt(found, coverage)?.risk);
    for (const [i, expected] of [0.245, 0.20833333333333334, 0.15, 0.10357142857142858, 0].entries()) {
      near(risks[i], expected);
    }
  });
});
