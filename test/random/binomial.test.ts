import * as assert from "uvu/assert";
import { drawBinomial, drawMultinomial } from "../../src/random/binomial.js";
import { randomStream } from "../../src/random/stream.js";
import { suite } from "../support/suite.js";

suite("counts drawn at once", (test) => {
  // Probabilities by SciPy: stats.binom.pmf(range(6), 5, 0.3).
  test("small counts come as often as the binomial distribution has them", () => {
    const expected = [0.16807, 0.36015, 0.3087, 0.1323, 0.02835, 0.00243];
    const random = randomStream(3, "binomial");
    const draws = 40_000;
    const seen = expected.map(() => 0);
    for (let i = 0; i < draws; i++) {
      const drawn = drawBinomial(random, 5, 0.3);
      seen[drawn] = (seen[drawn] as number) + 1;
    }
    for (const [count, share] of expected.entries()) {
      // Four standard deviations: the seed is fixed, so this holds always or never.
      const reach = 4 * Math.sqrt((share * (1 - share)) / draws);
      assert.ok(Math.abs((seen[count] as number) / draws - share) < reach, `${count}: ${seen[count]} of ${draws}`);
    }
  });

  test("large counts have the mean and the deviation of the distribution", () => {
    for (const [n, p] of [
      [300_000, 0.4],
      [300_000, 0.9999],
      [1000, 0.001],
    ] as const) {
      const random = randomStream(5, "binomial");
      const draws = Array.from({ length: 4000 }, () => drawBinomial(random, n, p));
      const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
      const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
      const expected = n * p * (1 - p);
      assert.ok(Math.abs(mean - n * p) < 4 * Math.sqrt(expected / draws.length), `${n}, ${p}: mean ${mean}`);
      assert.ok(Math.abs(variance / expected - 1) < 0.1, `${n}, ${p}: variance ${variance}, not ${expected}`);
    }
  });

  test("nothing and all are exact", () => {
    const random = randomStream(0, "");
    assert.equal([drawBinomial(random, 0, 0.5), drawBinomial(random, 9, 0), drawBinomial(random, 9, 1)], [0, 0, 9]);
  });

  test("as many things are drawn as there are, and none of a kind that is not there", () => {
    const random = randomStream(1, "multinomial");
    const into = new Float64Array(4);
    for (let i = 0; i < 200; i++) {
      drawMultinomial(random, [7, 0, 90, 3], into);
      assert.is(
        into.reduce((a, b) => a + b, 0),
        100,
      );
      assert.is(into[1], 0);
    }
  });
});
