import * as assert from "uvu/assert";
import { drawBeta } from "../../src/random/beta.js";
import { randomStream } from "../../src/random/stream.js";
import { suite } from "../support/suite.js";

const count = 20000;
const drawn = (shape: number): Float64Array => {
  const random = randomStream(7, `beta ${shape}`);
  return Float64Array.from({ length: count }, () => drawBeta(shape, random)).sort();
};

suite("numbers from Beta(a, a)", (test) => {
  // Distribution functions with a closed form; below, at and above 1 the samples are drawn in different ways.
  for (const [shape, share] of [
    [0.5, (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [1, (x: number) => x],
    [2, (x: number) => 3 * x ** 2 - 2 * x ** 3],
    [3, (x: number) => 10 * x ** 3 - 15 * x ** 4 + 6 * x ** 5],
  ] as const) {
    test(`a = ${shape}: the distribution's own (Kolmogorov and Smirnov)`, () => {
      const apart = Math.max(...drawn(shape).map((x, i) => Math.abs(share(x) - (i + 0.5) / count)));
      // The statistic is above 1.95 in a thousandth of all samples.
      assert.ok(apart * Math.sqrt(count) < 1.95, String(apart * Math.sqrt(count)));
    });
  }

  for (const shape of [0.01, 0.2, 0.4, 30, 100]) {
    test(`a = ${shape}: mean 1/2, variance 1 / (8 a + 4), never below 0, above 1 or no number`, () => {
      const values = drawn(shape);
      assert.ok(values.every((x) => x >= 0 && x <= 1));
      const mean = values.reduce((sum, x) => sum + x, 0) / count;
      const variance = values.reduce((sum, x) => sum + (x - 0.5) ** 2, 0) / count;
      const wanted = 1 / (8 * shape + 4);
      assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(wanted / count), String(mean));
      assert.ok(Math.abs(variance / wanted - 1) < 0.06, `${variance} for ${wanted}`);
    });
  }
});
