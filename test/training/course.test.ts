import * as assert from "uvu/assert";
import type { Values } from "../../src/engines/engine.js";
import { typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { interpret } from "../../src/reference/interpret.js";
import { learningRate } from "../../src/step/schedules.js";
import { stopsEarly } from "../../src/training/early-stopping.js";
import { averagedWeights } from "../../src/training/evaluate.js";
import { runCourse } from "../../src/training/loop.js";
import { suite } from "../support/suite.js";
import { Listener, recordingEngine, smallCourse, smallPlan } from "./small-course.js";

const sameState = (a: ReadonlyMap<string, Values>, b: ReadonlyMap<string, Values>): boolean =>
  a.size === b.size &&
  [...a].every(
    ([name, values]) => Buffer.compare(Buffer.from(values.buffer), Buffer.from((b.get(name) as Values).buffer)) === 0,
  );

const pixelsOf = (feed: ReadonlyMap<string, Values>): string =>
  Buffer.from((feed.get("image") as Values).buffer).toString("base64");

suite("a training run's course", (test) => {
  test.native("learns: far above chance on faces it has not seen", async () => {
    const plan = await smallPlan({ run: "batch: 16, epochs: 8", augment: "[horizontal_flip(0.5)]" });
    const events = new Listener();
    const outcome = await runCourse(await smallCourse(plan, 240), undefined, events);
    assert.is(outcome.kind, "finished");
    const accuracies = events.epochs.map(({ record }) => record.validationAccuracy);
    assert.ok(Math.max(...accuracies) > 0.7, accuracies.join(", "));
    const { best } = events.epochs.at(-1)!.standing;
    assert.is(best?.accuracy, Math.max(...accuracies));
    assert.is(accuracies[best!.epoch - 1], best?.accuracy);
    assert.ok(events.epochs.at(-1)!.record.loss < events.epochs[0]!.record.loss);
  });

  for (const [schedule, epochs] of [
    ['cosine(floor: 0.001, moves: "step", warmup_epochs: 1)', 4],
    ["step(every_epochs: 2, factor: 0.1)", 5],
    ["one_cycle(pct_start: 0.4)", 3],
    ["constant_rate(warmup_epochs: 2)", 3],
  ] as const) {
    test.native(`${schedule}: every step is fed with its rate`, async () => {
      const plan = await smallPlan({ schedule, run: `batch: 16, epochs: ${epochs}` });
      const recorded = recordingEngine();
      const events = new Listener();
      await runCourse(await smallCourse(plan, 48, recorded.engine), undefined, events);
      const fed = recorded.feeds.map((feed) => feed.get("learning_rate")?.[0]);
      const expected = Array.from({ length: 3 * epochs }, (_, i) =>
        Math.fround(learningRate(plan.schedule, plan.lr, Math.floor(i / 3), i % 3, 3)),
      );
      assert.equal(fed, expected);
      assert.ok(new Set(fed).size > 1);
      assert.equal(
        events.epochs.map(({ record }) => Math.fround(record.lr)),
        expected.filter((_, i) => i % 3 === 2),
      );
    });
  }

  test.native("plateau: the rate follows what epochs were judged by, after a resume too", async () => {
    const plan = await smallPlan({
      optimizer: "sgd(lr: 0.0001)",
      schedule: 'plateau(measure: "accuracy", patience: 0, factor: 0.5, warmup_epochs: 1)',
      run: "batch: 16, epochs: 5",
    });
    const recorded = recordingEngine();
    const whole = new Listener();
    await runCourse(await smallCourse(plan, 48, recorded.engine), undefined, whole);
    const measured = whole.epochs.map(({ record }) => ({
      loss: record.validationLoss,
      accuracy: record.validationAccuracy,
      meanClassAccuracy: record.validationMeanClassAccuracy,
    }));
    const expected = Array.from({ length: 15 }, (_, i) =>
      Math.fround(learningRate(plan.schedule, plan.lr, Math.floor(i / 3), i % 3, 3, measured)),
    );
    assert.equal(
      recorded.feeds.map((feed) => feed.get("learning_rate")?.[0]),
      expected,
    );
    assert.ok(new Set(expected.slice(3)).size > 1, "it must have dropped");
    const rest = new Listener();
    await runCourse(await smallCourse(plan, 48), whole.epochs[2]!.standing, rest);
    assert.ok(sameState(rest.epochs.at(-1)!.standing.state, whole.epochs.at(-1)!.standing.state));
  });

  test.native(
    "patience: it ends where epochs are no better, there too after a resume; best is by what is asked",
    async () => {
      // A tiny rate: no epoch is better than the first.
      const plan = await smallPlan({
        optimizer: "sgd(lr: 1e-9)",
        run: 'batch: 16, epochs: 9, patience: 3, best_by: "mean_class_accuracy"',
      });
      const whole = new Listener();
      const outcome = await runCourse(await smallCourse(plan, 48), undefined, whole);
      assert.is(outcome.kind, "finished");
      const last = whole.epochs.at(-1)!.standing;
      assert.ok(last.epochsDone >= 4 && last.epochsDone < 9, String(last.epochsDone));
      assert.is(stopsEarly(last.records, plan), true);
      assert.is(stopsEarly(last.records.slice(0, -1), plan), false);
      const rest = new Listener();
      await runCourse(await smallCourse(plan, 48), whole.epochs[1]!.standing, rest);
      assert.is(rest.epochs.length, last.epochsDone - 2);
      const through = new Listener();
      assert.is((await runCourse(await smallCourse(plan, 48), last, through)).kind, "finished");
      assert.is(through.epochs.length, 0);
    },
  );

  test.native("--epochs takes the place of the recipe's, in the schedule too", async () => {
    const plan = await smallPlan({ schedule: "cosine", run: "batch: 16, epochs: 30" }, { epochs: 2 });
    const events = new Listener();
    await runCourse(await smallCourse(plan, 32), undefined, events);
    assert.equal(
      events.epochs.map(({ record }) => record.lr),
      [0.01, 0.005],
    );
  });

  test.native("last_batch: dropped unless kept; kept, both sizes go on with one state", async () => {
    const sizes = async (last: string): Promise<readonly number[]> => {
      const plan = await smallPlan({ run: `batch: 16, epochs: 2, last_batch: "${last}"` });
      const recorded = recordingEngine();
      const events = new Listener();
      const outcome = await runCourse(await smallCourse(plan, 42, recorded.engine), undefined, events);
      assert.is(outcome.kind, "finished");
      assert.is(events.epochs.at(-1)!.record.steps, recorded.feeds.length);
      if (last === "keep") {
        // Adam counts its steps: with two states, neither would have counted all six.
        const weight = events.epochs.at(-1)!.standing.state.get("first_moment_weight")?.[0] ?? 0;
        assert.ok(Math.abs(weight - (1 - 0.9 ** 6)) < 1e-6, String(weight));
      }
      return recorded.feeds.map((feed) => (feed.get("data.label") as Values).length / 3);
    };
    assert.equal(await sizes("drop"), [16, 16, 16, 16]);
    assert.equal(await sizes("keep"), [16, 16, 10, 16, 16, 10]);
  });

  test.native("an epoch shows every picture once, another order the next time; flips are the epoch's own", async () => {
    const plan = await smallPlan({ augment: "[horizontal_flip(0.5)]" });
    const recorded = recordingEngine();
    await runCourse(await smallCourse(plan, 48, recorded.engine), undefined, new Listener());
    const pictures = (feeds: readonly ReadonlyMap<string, Values>[]): readonly string[] =>
      feeds.flatMap((feed) => {
        const image = feed.get("image") as Values;
        return Array.from({ length: 16 }, (_, i) =>
          Buffer.from(image.slice((i * image.length) / 16, ((i + 1) * image.length) / 16).buffer).toString("base64"),
        );
      });
    const [first, second] = [pictures(recorded.feeds.slice(0, 3)), pictures(recorded.feeds.slice(3))];
    assert.is(new Set(first).size, 48);
    const common = first.filter((picture) => second.includes(picture)).length;
    // Half of them are flipped in the same way in both epochs: a standard deviation of 3.5.
    assert.ok(common > 10 && common < 38, String(common));
    assert.not.equal(first, second);
  });

  test.native("the same seed gives the same bytes, another one does not; evaluation sees no augmentation", async () => {
    const run = async (seed: number) => {
      const plan = await smallPlan({ augment: "[horizontal_flip(0.5), rotation(10)]" }, { seed });
      const recorded = recordingEngine();
      const events = new Listener();
      await runCourse(await smallCourse(plan, 48, recorded.engine), undefined, events);
      return {
        state: events.epochs.at(-1)!.standing.state,
        asked: recorded.evaluations.flatMap(({ inputs }) => inputs.map(pixelsOf)),
      };
    };
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    assert.ok(sameState(one.state, again.state));
    assert.not.ok(sameState(one.state, other.state));
    assert.equal(one.asked, other.asked);
    assert.equal(one.asked.slice(0, one.asked.length / 2), one.asked.slice(one.asked.length / 2));
  });

  test.native("going on from any epoch ends in the same bytes as never having stopped", async () => {
    const recipe = {
      augment: "[horizontal_flip(0.5)]",
      run: 'batch: 16, epochs: 4, last_batch: "keep", accumulate: 3, average: 0.9',
    };
    const plan = await smallPlan(recipe);
    const whole = new Listener();
    await runCourse(await smallCourse(plan, 42), undefined, whole);
    for (const from of [0, 1, 2]) {
      const rest = new Listener();
      await runCourse(await smallCourse(plan, 42), whole.epochs[from]!.standing, rest);
      assert.is(rest.epochs.length, 3 - from);
      assert.ok(
        sameState(rest.epochs.at(-1)!.standing.state, whole.epochs.at(-1)!.standing.state),
        `from epoch ${from}`,
      );
      assert.equal(rest.epochs.at(-1)!.standing.best, whole.epochs.at(-1)!.standing.best);
    }
  });

  test.native("stopped between two steps: the state is that of the last one", async () => {
    const plan = await smallPlan();
    const stopped = new Listener(2);
    const outcome = await runCourse(await smallCourse(plan, 48), undefined, stopped);
    assert.is(outcome.kind, "interrupted");
    const recorded = recordingEngine();
    const cut = new Listener(2);
    const again = await runCourse(await smallCourse(plan, 48, recorded.engine), undefined, cut);
    assert.is(recorded.feeds.length, 2);
    assert.ok(outcome.kind === "interrupted" && again.kind === "interrupted" && sameState(outcome.state, again.state));
  });

  test.native("a loss that is no number ends it, with epoch and step; earlier epochs were handed over", async () => {
    const plan = await smallPlan();
    const { engine } = recordingEngine((step, outputs) =>
      step === 4 ? new Map([...outputs, ["loss", Float32Array.of(Number.NaN)]]) : outputs,
    );
    const events = new Listener();
    const outcome = await runCourse(await smallCourse(plan, 48, engine), undefined, events);
    assert.equal(outcome, { kind: "diverged", what: "the loss", epoch: 2, step: 2, lr: plan.lr });
    assert.is(events.epochs.length, 1);
  });

  test.native("a rate that is far too high is found out, not trained on", async () => {
    const plan = await smallPlan({ optimizer: "sgd(lr: 1e30)", run: "batch: 16, epochs: 3" });
    const events = new Listener();
    const outcome = await runCourse(await smallCourse(plan, 48), undefined, events);
    assert.is(outcome.kind, "diverged");
    for (const { standing } of events.epochs)
      for (const values of standing.state.values()) assert.ok(values.every(Number.isFinite));
  });

  test("too few pictures for one batch", async () => {
    const plan = await smallPlan();
    const outcome = await runCourse(await smallCourse(plan, 15), undefined, new Listener());
    assert.is(outcome.kind === "failed" && outcome.problem.diagnose({}).code, "train/too-few-pictures");
  });

  test.native("loss and accuracy of an epoch are what the float64 reference finds with its weights", async () => {
    const plan = await smallPlan();
    const recorded = recordingEngine();
    const events = new Listener();
    await runCourse(await smallCourse(plan, 48, recorded.engine), undefined, events);
    const { record, standing } = events.epochs[0]!;
    const { inputs } = recorded.evaluations[0]!;
    const tensor = (data: Values, shape: readonly number[]) => ({ data: Float64Array.from(data), shape });
    const slots = Object.fromEntries(
      plan.evaluation.slots.map(({ name, value }) => [
        name,
        tensor(standing.state.get(name)!, bindShape(typeOf(plan.evaluation, value).shape, 1)),
      ]),
    );
    let [loss, correct, seen] = [0, 0, 0];
    for (const batch of inputs) {
      const count = batch.get("data.label")!.length / 3;
      const given = Object.fromEntries(
        plan.evaluation.inputs.map(({ name, value }) => [
          name,
          tensor(batch.get(name)!, bindShape(typeOf(plan.evaluation, value).shape, count)),
        ]),
      );
      const outputs = interpret(plan.evaluation, { inputs: given, slots, batch: count });
      loss += outputs.loss!.data[0]! * count;
      seen += count;
      for (let row = 0; row < count; row++) {
        const of = (values: ArrayLike<number>): number => {
          const own = [0, 1, 2].map((c) => values[row * 3 + c]!);
          return own.indexOf(Math.max(...own));
        };
        if (of(outputs.logits!.data) === of(batch.get("data.label")!)) correct++;
      }
    }
    assert.is(seen, 30);
    assert.ok(Math.abs(loss / seen - record.validationLoss) < 1e-5, `${loss / seen} and ${record.validationLoss}`);
    assert.is(record.validationAccuracy, correct / seen);
  });

  test.native(
    "a network with dropout: masks come with every step, other ones each time; going on draws the same",
    async () => {
      const plan = await smallPlan({ layers: "-> dropout(0.5)", run: "batch: 16, epochs: 2" });
      const recorded = recordingEngine();
      const whole = new Listener();
      await runCourse(await smallCourse(plan, 48, recorded.engine), undefined, whole);
      const masks = recorded.feeds.map((feed) => [...feed].filter(([name]) => name.startsWith("mask.")));
      assert.ok(masks.every((own) => own.length === 1));
      const bytes = masks.map(([mask]) => Buffer.from(mask![1].buffer).toString("base64"));
      assert.is(new Set(bytes).size, 6);
      const rest = new Listener();
      await runCourse(await smallCourse(plan, 48), whole.epochs[0]!.standing, rest);
      assert.ok(sameState(rest.epochs[0]!.standing.state, whole.epochs[1]!.standing.state));
    },
  );

  test.native("average weights are evaluated beside the current ones; the better of the two is kept", async () => {
    const plan = await smallPlan({ run: "batch: 16, epochs: 3, average: 0.8" });
    const recorded = recordingEngine();
    const events = new Listener();
    await runCourse(await smallCourse(plan, 48, recorded.engine), undefined, events);
    assert.is(recorded.evaluations.length, 6);
    const { state } = events.epochs[2]!.standing;
    const average = averagedWeights(state)!;
    const [name] = [...state.keys()].filter((key) => state.has(`average.${key}`));
    assert.is(average.get(name!), state.get(`average.${name}`));
    assert.not.equal(average.get(name!), state.get(name!));
    for (const { record, standing, bestWeights } of events.epochs) {
      const better = Math.max(record.validationAccuracy, record.averageValidationAccuracy!);
      assert.ok((standing.best?.accuracy ?? 0) >= better);
      if (bestWeights === undefined || standing.best?.weights !== "average") continue;
      assert.is(record.averageValidationAccuracy, standing.best.accuracy);
    }
  });
});
