import * as assert from "uvu/assert";
import { hardTargets, type Sample } from "../../src/data/data-set.js";
import type { Draw } from "../../src/data/draws.js";
import { holdOut, limitSamples } from "../../src/data/held-out.js";
import { labelNamed } from "../../src/data/label-names.js";
import { epochDraws as drawsOf } from "../../src/data/sampling.js";
import { suite } from "../support/suite.js";

const targets = hardTargets(3);

/** `counts[c]` samples of class c. */
const samplesOf = (...counts: readonly number[]): readonly Sample[] =>
  counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => ({ key: `${label}/${i}`, label, target: targets[label]! })),
  );

const epochDraws = (...args: Parameters<typeof drawsOf>): readonly Draw[] => [...drawsOf(...args)];
const keys = (samples: readonly Sample[]): readonly string[] => samples.map(({ key }) => key);
const drawn = (draws: readonly Draw[]): readonly string[] =>
  draws.map(({ sample, repeat }) => `${sample.key}*${repeat}`);
const perClass = (draws: readonly Draw[]): readonly number[] =>
  [0, 1, 2].map((label) => draws.filter(({ sample }) => sample.label === label).length);

suite("the order of an epoch", (test) => {
  test("shuffled: every sample once, another order each epoch and seed, the same again", () => {
    const samples = samplesOf(20, 5, 1);
    const draws = epochDraws(samples, "shuffled", 7, 3);
    assert.equal(
      drawn(draws).toSorted(),
      keys(samples)
        .map((key) => `${key}*0`)
        .toSorted(),
    );
    assert.not.equal(
      drawn(draws),
      keys(samples).map((key) => `${key}*0`),
    );
    assert.equal(drawn(epochDraws(samples, "shuffled", 7, 3)), drawn(draws));
    assert.not.equal(drawn(epochDraws(samples, "shuffled", 7, 4)), drawn(draws));
    assert.not.equal(drawn(epochDraws(samples, "shuffled", 8, 3)), drawn(draws));
  });

  test("shuffled: every place is reached about as often by every sample", () => {
    const samples = samplesOf(6);
    const epochs = 6000;
    const first = new Map<string, number>();
    for (let epoch = 0; epoch < epochs; epoch++) {
      const key = epochDraws(samples, "shuffled", 1, epoch)[0]!.sample.key;
      first.set(key, (first.get(key) ?? 0) + 1);
    }
    // Binomial with p = 1/6: a standard deviation of 29.
    for (const { key } of samples) assert.ok(Math.abs((first.get(key) ?? 0) - epochs / 6) < 150, `${key}`);
  });

  test("balanced: as many draws as samples, classes alike to one draw, all of a class before one comes again", () => {
    const samples = samplesOf(20, 5, 1);
    for (let epoch = 0; epoch < 20; epoch++) {
      const draws = epochDraws(samples, { power: 0 }, 7, epoch);
      assert.is(draws.length, 26);
      assert.equal(perClass(draws).toSorted(), [8, 9, 9]);
      // The small class: all five, then some again; the one sample of the last class as often as needed.
      const second = draws.filter(({ sample, repeat }) => sample.label === 1 && repeat === 0);
      assert.is(new Set(keys(second.map(({ sample }) => sample))).size, 5);
      assert.is(new Set(drawn(draws)).size, 26, "a sample comes with the same count twice");
    }
  });

  test("balanced: over many epochs no class and no sample of a class is favoured", () => {
    const samples = samplesOf(20, 5, 1);
    const total = [0, 0, 0];
    const large = new Map<string, number>();
    for (let epoch = 0; epoch < 300; epoch++) {
      const draws = epochDraws(samples, { power: 0 }, 7, epoch);
      for (const [label, count] of perClass(draws).entries()) total[label]! += count;
      for (const { sample } of draws) if (sample.label === 0) large.set(sample.key, (large.get(sample.key) ?? 0) + 1);
    }
    for (const count of total) assert.ok(Math.abs(count - 2600) < 60, total.join(", "));
    for (const count of large.values()) assert.ok(count > 80 && count < 185, String(count));
  });

  for (const power of [0, 0.25, 0.5, 0.75, 1]) {
    test(`power ${power}: shares in proportion to count^${power}, to one draw an epoch and exactly in the mean`, () => {
      const counts = [400, 37, 5];
      const samples = samplesOf(...(counts as [number, number, number]));
      const weights = counts.map((count) => count ** power);
      const whole = weights.reduce((sum, weight) => sum + weight, 0);
      const wanted = weights.map((weight) => (samples.length * weight) / whole);
      const total = [0, 0, 0];
      const epochs = 200;
      for (let epoch = 0; epoch < epochs; epoch++) {
        const draws = epochDraws(samples, { power }, 3, epoch);
        assert.is(draws.length, samples.length);
        const found = perClass(draws);
        for (const [label, count] of found.entries()) {
          total[label]! += count;
          assert.ok(Math.abs(count - wanted[label]!) < 1, `${found.join(", ")} for ${wanted.join(", ")}`);
        }
        // All samples of a class are drawn before any is drawn again.
        const times = new Map<string, number>();
        for (const { sample } of draws) times.set(sample.key, (times.get(sample.key) ?? 0) + 1);
        for (const [label, count] of counts.entries()) {
          const often = Array.from({ length: count }, (_, i) => times.get(`${label}/${i}`) ?? 0);
          assert.ok(
            Math.max(...often) - Math.min(...often) <= 1,
            `class ${label}: ${Math.min(...often)} to ${Math.max(...often)} times`,
          );
        }
        assert.is(new Set(drawn(draws)).size, samples.length, "a sample comes with the same count twice");
      }
      // The rest of a draw is random: on average less than half a draw per epoch.
      for (const [label, count] of total.entries())
        assert.ok(Math.abs(count / epochs - wanted[label]!) < 0.15, total.join(", "));
    });
  }

  test("power: the same for the same seed and epoch, another one else", () => {
    const samples = samplesOf(20, 5, 1);
    const of = (seed: number, epoch: number): readonly string[] =>
      drawn(epochDraws(samples, { power: 0.5 }, seed, epoch));
    assert.equal(of(7, 3), of(7, 3));
    assert.not.equal(of(7, 3), of(7, 4));
    assert.not.equal(of(7, 3), of(8, 3));
  });

  test("a distribution counts for the class that its sample says, whatever its other shares", () => {
    const soft = samplesOf(12, 4).map((sample) => ({ ...sample, target: Float32Array.of(0.4, 0.35, 0.25) }));
    assert.equal(perClass(epochDraws(soft, { power: 0 }, 0, 0)), [8, 8, 0]);
  });

  test("balanced: a class without samples does not count", () => {
    assert.equal(perClass(epochDraws(samplesOf(4, 0, 2), { power: 0 }, 0, 0)), [3, 0, 3]);
  });
});

suite("what is held out", (test) => {
  test("a fifth of each class, at least one, never all; the same for the same seed", () => {
    const samples = samplesOf(20, 2, 1);
    const { training, heldOut } = holdOut(samples, 5);
    const count = (some: readonly Sample[]) => [0, 1, 2].map((label) => some.filter((s) => s.label === label).length);
    assert.equal(count(heldOut), [4, 1, 0]);
    assert.equal(count(training), [16, 1, 1]);
    assert.equal(keys([...training, ...heldOut]).toSorted(), keys(samples).toSorted());
    assert.equal(keys(holdOut(samples, 5).heldOut), keys(heldOut));
    assert.not.equal(keys(holdOut(samples, 6).heldOut), keys(heldOut));
  });

  test("one picture more moves at most one other", () => {
    const before = new Set(keys(holdOut(samplesOf(50), 1).heldOut));
    const after = keys(holdOut(samplesOf(51), 1).heldOut);
    assert.ok(after.filter((key) => !before.has(key)).length <= 1);
  });

  test("a limit draws by the seed and keeps the order", () => {
    const samples = samplesOf(30, 30);
    const few = limitSamples(samples, 10, 3);
    assert.is(few.length, 10);
    assert.equal(keys(few), keys(samples.filter((sample) => few.includes(sample))));
    assert.ok(
      few.some(({ label }) => label === 1),
      "the first ones are no fair sample",
    );
    assert.is(limitSamples(samples, undefined, 3), samples);
    assert.is(limitSamples(samples, 60, 3), samples);
  });
});

suite("names of classes", (test) => {
  const labels = ["surprise", "happiness", "sadness", "Very Angry"];
  for (const [name, expected] of [
    ["happiness", 1],
    ["Happiness", 1],
    [" happiness ", 1],
    ["happy", 1],
    ["SAD", 2],
    ["very-angry", 3],
    ["very_angry", 3],
    ["angry", undefined],
    ["fear", undefined],
    ["", undefined],
    ["__proto__", undefined],
    ["constructor", undefined],
  ] as const) {
    test(`"${name}" is ${expected === undefined ? "none" : labels[expected]}`, () => {
      assert.is(labelNamed(name, labels), expected);
    });
  }

  test("a name that could be two is neither; the exact one is itself", () => {
    assert.is(labelNamed("happy", ["Happy", "HAPPY"]), undefined);
    assert.is(labelNamed("HAPPY", ["Happy", "HAPPY"]), 1);
    assert.is(labelNamed("happiness", ["happy", "happiness"]), 1);
  });
});
