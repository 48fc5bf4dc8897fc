import * as assert from "uvu/assert";
import type { JudgedPicture } from "../../src/judging/answers.js";
import { summaryOf } from "../../src/judging/summary.js";
import { suite } from "../support/suite.js";

/** A picture of class `label` that is predicted as class `answer` with this probability, of three classes. */
const seen = (label: number, answer: number, sureness: number): JudgedPicture => ({
  key: "",
  label,
  probabilities: [0, 1, 2].map((c) => (c === answer ? sureness : (1 - sureness) / 2)),
});

const near = (found: number | undefined, expected: number): void =>
  assert.ok(Math.abs((found ?? Number.NaN) - expected) < 1e-12, `${found}, not ${expected}`);

suite("how well a network does", (test) => {
  const classes = ["a", "b", "c"];

  // By the definitions of accuracy_score, balanced_accuracy_score and f1_score(average="macro"), worked out by hand.
  test("accuracy, mean-class accuracy, macro-F1 and confusion are counted by class", () => {
    const pairs = [
      [0, 0],
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 2],
      [2, 0],
    ] as const;
    const found = summaryOf({ classes, pictures: pairs.map(([label, answer]) => seen(label, answer, 0.8)) });
    assert.equal(found.confusion, [
      [2, 1, 0],
      [0, 1, 1],
      [1, 0, 0],
    ]);
    near(found.accuracy, 3 / 6);
    near(found.meanClassAccuracy, (2 / 3 + 1 / 2 + 0) / 3);
    near(found.macroF1, (2 / 3 + 1 / 2 + 0) / 3);
    near(found.perClass[0]?.precision, 2 / 3);
    assert.is(found.samples, 6);
  });

  test("a class without pictures has no accuracy, and none that is counted", () => {
    const found = summaryOf({ classes, pictures: [seen(0, 0, 0.9), seen(1, 0, 0.9)] });
    assert.is(found.perClass[2]?.recall, undefined);
    assert.is(found.perClass[2]?.f1, undefined);
    near(found.meanClassAccuracy, 0.5);
    near(found.macroF1, (2 / 3 + 0) / 2);
  });

  test("the calibration error is the mean distance of how sure it is from how often it is right", () => {
    // One bin: confidence 0.9, one of two correct. Another: confidence 0.5, correct.
    const found = summaryOf({ classes, pictures: [seen(0, 0, 0.9), seen(1, 0, 0.9), seen(2, 2, 0.5)] });
    near(found.calibrationError, (2 * Math.abs(0.5 - 0.9) + Math.abs(1 - 0.5)) / 3);
  });

  test("of equal probabilities the first is the answer", () => {
    const even = { key: "", label: 0, probabilities: [1 / 3, 1 / 3, 1 / 3] };
    assert.is(summaryOf({ classes, pictures: [even] }).accuracy, 1);
  });

  test("no pictures give no figure that is not a number", () => {
    const found = summaryOf({ classes, pictures: [] });
    assert.equal([found.accuracy, found.meanClassAccuracy, found.macroF1, found.calibrationError], [0, 0, 0, 0]);
  });
});
