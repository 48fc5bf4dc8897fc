import * as assert from "uvu/assert";
import { compareSeeds } from "../../bench/seeds-comparison.js";
import type { Answers } from "../../src/judging/answers.js";
import { suite } from "../support/suite.js";

/** 40 pictures of class a and 10 of class b; a training predicts the first ones of each correctly, as many as given. */
function training(rightOfA: number, rightOfB: number, classes: readonly [string, string] = ["a", "b"]): Answers {
  const [a, b] = [classes.indexOf("a"), classes.indexOf("b")] as [number, number];
  const picture = (key: string, label: number, isRight: boolean) => {
    const answer = isRight ? label : 1 - label;
    return { key, label, probabilities: answer === 0 ? [0.9, 0.1] : [0.1, 0.9] };
  };
  const ofA = Array.from({ length: 40 }, (_, i) => picture(`a${i}`, a, i < rightOfA));
  const ofB = Array.from({ length: 10 }, (_, i) => picture(`b${i}`, b, i < rightOfB));
  return { classes, pictures: [...ofA, ...ofB] };
}

suite("several trainings of two recipes", (test) => {
  test("the difference is that of the means, the second's minus the first's", () => {
    const { samples, ...found } = compareSeeds([training(20, 5), training(24, 5)], [training(30, 6), training(34, 8)]);
    assert.is(samples, 50);
    // (36 + 42) / 100 - (25 + 29) / 100; the mean of 32/40 - 22/40 and 7/10 - 5/10.
    assert.ok(Math.abs(found.accuracy.value - 0.24) < 1e-12);
    assert.ok(Math.abs(found.meanClassAccuracy.value - 0.225) < 1e-12);
    const { low, high } = found.accuracy.interval;
    assert.ok(low > 0.05 && low < 0.24 && high > 0.24 && high < 0.45, `${low} to ${high}`);
  });

  test("trainings that differ among themselves widen it; the same answers leave no doubt", () => {
    const same = [training(20, 5), training(20, 5), training(20, 5)];
    assert.equal(compareSeeds(same, same).accuracy, { value: 0, interval: { low: 0, high: 0 } });
    const widely = [training(0, 5), training(20, 5), training(40, 5)];
    const { value, interval } = compareSeeds(same, widely).accuracy;
    assert.ok(Math.abs(value) < 1e-12);
    // Three trainings at -0.4, 0 and 0.4: the extreme resamples, three times the same training, are one in 27 each.
    assert.ok(interval.low < -0.25 && interval.high > 0.25, JSON.stringify(interval));
  });

  test("classes are matched by name", () => {
    const { accuracy } = compareSeeds([training(20, 5)], [training(20, 5, ["b", "a"])]);
    assert.is(accuracy.value, 0);
  });

  test("other pictures are not compared", () => {
    const [first] = [training(20, 5)];
    const fewer = { ...first, pictures: first.pictures.slice(1) } as Answers;
    assert.throws(() => compareSeeds([first as Answers], [fewer]), /same pictures/);
  });
});
