import * as assert from "uvu/assert";
import { fillNormal, fillUniform, randomStream } from "../../src/random/stream.js";
import { suite } from "../support/suite.js";

const count = 100_000;

const moments = (values: ArrayLike<number>) => {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i] as number) / values.length;
  let [m2, m3, m4] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const d = (values[i] as number) - mean;
    m2 += d ** 2 / values.length;
    m3 += d ** 3 / values.length;
    m4 += d ** 4 / values.length;
  }
  return { mean, variance: m2, skewness: m3 / m2 ** 1.5, kurtosis: m4 / m2 ** 2 };
};

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not within ${tolerance} of ${expected}`);

/** Pearson's statistic of equally likely bins. */
const chiSquare = (bins: readonly number[], total: number) =>
  bins.reduce((sum, seen) => sum + (seen - total / bins.length) ** 2 / (total / bins.length), 0);

const drawn = (seed: number, key: string, kind: "uniform" | "normal") => {
  const stream = randomStream(seed, key);
  return Float64Array.from({ length: count }, () => stream[kind]());
};

suite("random streams", (test) => {
  test("uniform numbers have the moments of U(0, 1), five standard errors wide", () => {
    const { mean, variance, kurtosis } = moments(drawn(7, "a", "uniform"));
    near(mean, 0.5, 5 * Math.sqrt(1 / 12 / count));
    near(variance, 1 / 12, 5 * Math.sqrt(1 / 180 / count));
    near(kurtosis, 1.8, 0.03);
  });

  test("normal numbers have the moments of N(0, 1)", () => {
    const { mean, variance, skewness, kurtosis } = moments(drawn(7, "a", "normal"));
    near(mean, 0, 5 / Math.sqrt(count));
    near(variance, 1, 5 * Math.sqrt(2 / count));
    near(skewness, 0, 5 * Math.sqrt(6 / count));
    near(kurtosis, 3, 5 * Math.sqrt(24 / count));
  });

  test("uniform numbers fall evenly, alone, in successive pairs and in their lowest bits", () => {
    const values = drawn(3, "bins", "uniform");
    const single = new Array<number>(256).fill(0);
    const pairs = new Array<number>(256).fill(0);
    const lowest = new Array<number>(256).fill(0);
    const bump = (bins: number[], at: number) => {
      bins[at] = (bins[at] ?? 0) + 1;
    };
    values.forEach((value, i) => {
      bump(single, Math.floor(value * 256));
      bump(lowest, (value * 2 ** 53) % 256);
      if (i % 2 === 1) bump(pairs, Math.floor((values[i - 1] as number) * 16) * 16 + Math.floor(value * 16));
    });
    // Chi-square with 255 degrees of freedom: mean 255, standard deviation 22.6.
    for (const [bins, total] of [
      [single, count],
      [pairs, count / 2],
      [lowest, count],
    ] as const) {
      near(chiSquare(bins, total), 255, 5 * 22.6);
    }
  });

  test("streams of near seeds and near keys are uncorrelated", () => {
    const base = drawn(1, "stage2.unit_1.weight", "uniform");
    const others = [
      drawn(2, "stage2.unit_1.weight", "uniform"),
      drawn(1, "stage2.unit_2.weight", "uniform"),
      drawn(1, "stage2.unit_1.weigh", "uniform"),
      drawn(1, "stage2.unit_1.weight\0", "uniform"),
      drawn(1.5, "stage2.unit_1.weight", "uniform"),
      drawn(1 + 2 ** 32, "stage2.unit_1.weight", "uniform"),
    ];
    for (const other of others) {
      let covariance = 0;
      for (let i = 0; i < count; i++) covariance += ((base[i] as number) - 0.5) * ((other[i] as number) - 0.5);
      near((covariance / count) * 12, 0, 5 / Math.sqrt(count));
    }
  });

  test("a stream repeats exactly and depends only on seed and key", () => {
    const [a, b] = [randomStream(5, "x"), randomStream(5, "x")];
    const other = randomStream(5, "y");
    const first = Array.from({ length: 20 }, () => a.normal());
    const second = Array.from({ length: 20 }, () => {
      other.uniform();
      return b.normal();
    });
    assert.equal(second, first);
  });

  test("these numbers stay: published checkpoints depend on them", () => {
    const stream = randomStream(0, "conv1.weight");
    const target = new Float32Array(5);
    fillUniform(target, 0, "conv1.weight", -1, 1);
    assert.equal([stream.uniform(), stream.uniform()], [0.9155654465750661, 0.7368812610208008]);
    assert.ok(Math.abs(stream.normal() - 0.08292657480450213) < 1e-15);
    assert.equal(
      [...target].map((value) => value * 2 ** 23),
      [-8013737, -2735955, 3366949, 766710, -2641521],
    );
  });

  test("fillUniform fills [low, high), whatever the length, each number from its index alone", () => {
    const long = new Float32Array(count + 3);
    fillUniform(long, 9, "w", -0.25, 0.75);
    near(moments(long).mean, 0.25, 5 * Math.sqrt(1 / 12 / count));
    near(moments(long).variance, 1 / 12, 5 * Math.sqrt(1 / 180 / count));
    assert.ok(long.every((value) => value >= -0.25 && value <= 0.75));
    for (const length of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const short = new Float32Array(length);
      fillUniform(short, 9, "w", -0.25, 0.75);
      assert.equal([...short], [...long.subarray(0, length)]);
    }
  });

  test("fillNormal draws what the stream of that name draws", () => {
    const target = new Float32Array(7);
    fillNormal(target, 2, "w", 3, 0.5);
    const stream = randomStream(2, "w");
    assert.equal(
      [...target],
      Array.from({ length: 7 }, () => Math.fround(3 + 0.5 * stream.normal())),
    );
  });
});
