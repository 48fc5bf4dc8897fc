import * as assert from "uvu/assert";
import { learningRate, type Measured, type OneCycle, type Plateau, type Schedule } from "../../src/step/schedules.js";
import { suite } from "../support/suite.js";
import { read } from "./torch-reference.js";

const reference = read("schedules") as {
  readonly schedules: Readonly<Record<string, readonly number[]>>;
  readonly plateau_losses: readonly number[];
  readonly plateau_accuracies: readonly number[];
};
const { schedules } = reference;

/** The epochs' metrics in the script; the third figure is constant, and must not be used. */
const judged: readonly Measured[] = Array.from({ length: 17 }, (_, i) => ({
  loss: reference.plateau_losses[i] ?? 0,
  accuracy: reference.plateau_accuracies[i] ?? 0,
  meanClassAccuracy: 0.5,
}));

const cycle: OneCycle = {
  kind: "one_cycle",
  epochs: 5,
  upShare: 0.3,
  divisor: 25,
  finalDivisor: 1e4,
  form: "cos",
  threePhase: false,
};
const plateau: Plateau = {
  kind: "plateau",
  measure: "loss",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  cooldown: 0,
  floor: 0,
  warmupEpochs: 0,
};

/** PyTorch's schedulers in make_reference.py under the same names, with the steps per epoch. */
const ours: Readonly<Record<string, readonly [Schedule, stepsPerEpoch: number]>> = {
  constant_rate: [{ kind: "constant_rate", warmupEpochs: 0 }, 2],
  step: [{ kind: "step", everyEpochs: 2, factor: 0.3, warmupEpochs: 0 }, 2],
  "step after a warm-up": [{ kind: "step", everyEpochs: 2, factor: 0.3, warmupEpochs: 2 }, 3],
  cosine: [{ kind: "cosine", floor: 0.01, epochs: 6, moves: "epoch", warmupEpochs: 0 }, 2],
  "cosine, by steps": [{ kind: "cosine", floor: 0.01, epochs: 6, moves: "step", warmupEpochs: 0 }, 2],
  "cosine after a warm-up": [{ kind: "cosine", floor: 0, epochs: 6, moves: "epoch", warmupEpochs: 2 }, 3],
  "one cycle": [cycle, 7],
  "one cycle, straight": [{ ...cycle, epochs: 4, upShare: 0.4, divisor: 10, finalDivisor: 100, form: "linear" }, 5],
  "one cycle of three phases": [{ ...cycle, upShare: 0.45, threePhase: true }, 4],
  "one cycle, down at once": [{ ...cycle, epochs: 3, upShare: 0 }, 3],
  "one cycle of one step": [{ ...cycle, epochs: 1 }, 1],
  "plateau of the loss": [{ ...plateau, patience: 1, factor: 0.5 }, 1],
  "plateau, with a rest and a floor": [{ ...plateau, patience: 0, factor: 0.3, cooldown: 2, floor: 0.004 }, 1],
  "plateau, by a threshold": [{ ...plateau, patience: 1, threshold: 0.1 }, 1],
  "plateau of the accuracy": [{ ...plateau, measure: "accuracy", patience: 2, factor: 0.2, warmupEpochs: 3 }, 1],
};

suite("learning rates against PyTorch's schedulers", (test) => {
  test("each has its schedule", () => assert.equal(Object.keys(schedules), Object.keys(ours)));
  for (const [name, rates] of Object.entries(schedules)) {
    test(name, () => {
      const [schedule, stepsPerEpoch] = ours[name] as (typeof ours)[string];
      for (const [i, wanted] of rates.entries()) {
        const found = learningRate(
          schedule,
          0.1,
          Math.floor(i / stepsPerEpoch),
          i % stepsPerEpoch,
          stepsPerEpoch,
          judged,
        );
        assert.ok(Math.abs(found - wanted) < 1e-15, `step ${i}: ${found} is not ${wanted}`);
      }
    });
  }

  test("a warm-up as long as the run, and an epoch too many", () => {
    const cosine: Schedule = { kind: "cosine", floor: 0.01, epochs: 2, moves: "epoch", warmupEpochs: 2 };
    assert.is(learningRate(cosine, 0.1, 1, 3, 4), 0.1);
    assert.is(learningRate(cosine, 0.1, 2, 0, 4), 0.1);
    assert.is(learningRate({ ...cosine, warmupEpochs: 0 }, 0.1, 5, 0, 4), 0.01);
    assert.is(learningRate(cycle, 0.1, 6, 0, 4), 0.1 / 25 / 1e4);
  });

  test("ways of no length: a cycle whose way up is one step long begins at the top", () => {
    const rates = Array.from({ length: 4 }, (_, step) =>
      learningRate({ ...cycle, epochs: 1, upShare: 0.25 }, 0.1, 0, step, 4),
    );
    assert.is(rates[0], 0.1);
    assert.is(rates[3], 0.1 / 25 / 1e4);
    assert.ok(rates.every((rate, i) => i === 0 || rate < (rates[i - 1] as number)));
  });

  test("a plateau goes by the epochs before, whatever is known of later ones", () => {
    for (let epoch = 0; epoch < judged.length; epoch++) {
      const options = { ...plateau, patience: 1, factor: 0.5 };
      assert.is(
        learningRate(options, 0.1, epoch, 0, 1, judged),
        learningRate(options, 0.1, epoch, 0, 1, judged.slice(0, epoch)),
      );
    }
  });
});
