import * as assert from "uvu/assert";
import { learningRate, type Schedule } from "../../src/step/schedules.js";
import { suite } from "../support/suite.js";
import { read } from "./torch-reference.js";

const { schedules } = read("schedules") as { readonly schedules: Readonly<Record<string, readonly number[]>> };

/** What make_reference.py made of PyTorch's schedulers under the same names, with the steps of an epoch. */
const ours: Readonly<Record<string, readonly [Schedule, stepsPerEpoch: number]>> = {
  constant_rate: [{ kind: "constant_rate", warmupEpochs: 0 }, 2],
  step: [{ kind: "step", everyEpochs: 2, factor: 0.3, warmupEpochs: 0 }, 2],
  "step after a warm-up": [{ kind: "step", everyEpochs: 2, factor: 0.3, warmupEpochs: 2 }, 3],
  cosine: [{ kind: "cosine", floor: 0.01, epochs: 6, moves: "epoch", warmupEpochs: 0 }, 2],
  "cosine, by steps": [{ kind: "cosine", floor: 0.01, epochs: 6, moves: "step", warmupEpochs: 0 }, 2],
  "cosine after a warm-up": [{ kind: "cosine", floor: 0, epochs: 6, moves: "epoch", warmupEpochs: 2 }, 3],
};

suite("learning rates against PyTorch's schedulers", (test) => {
  test("each has its schedule", () => assert.equal(Object.keys(schedules), Object.keys(ours)));
  for (const [name, rates] of Object.entries(schedules)) {
    test(name, () => {
      const [schedule, stepsPerEpoch] = ours[name] as (typeof ours)[string];
      for (const [i, wanted] of rates.entries()) {
        const found = learningRate(schedule, 0.1, Math.floor(i / stepsPerEpoch), i % stepsPerEpoch, stepsPerEpoch);
        assert.ok(Math.abs(found - wanted) < 1e-15, `step ${i}: ${found} is not ${wanted}`);
      }
    });
  }

  test("a warm-up as long as the run, and an epoch too many", () => {
    const cosine: Schedule = { kind: "cosine", floor: 0.01, epochs: 2, moves: "epoch", warmupEpochs: 2 };
    assert.is(learningRate(cosine, 0.1, 1, 3, 4), 0.1);
    assert.is(learningRate(cosine, 0.1, 2, 0, 4), 0.1);
    assert.is(learningRate({ ...cosine, warmupEpochs: 0 }, 0.1, 5, 0, 4), 0.01);
  });
});
