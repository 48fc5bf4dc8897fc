// A recipe that mixes its batches: student, loss, teacher and accuracy all see the same mixture.
import * as assert from "uvu/assert";
import type { Sample } from "../../src/data/data-set.js";
import type { RgbImage } from "../../src/data/rgb-image.js";
import { epochDraws } from "../../src/data/sampling.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { BatchMaker } from "../../src/training/batches.js";
import { runCourse } from "../../src/training/loop.js";
import { suite } from "../support/suite.js";
import { Listener, recordingEngine, smallCourse, smallPlan } from "./small-course.js";

/** Two batches of an epoch as fed to the step, and the pictures that a teacher saw. */
async function batches(augment: string) {
  const plan = await smallPlan({ augment });
  const course = await smallCourse(plan, 48);
  const shown: (readonly RgbImage[])[] = [];
  const teacher = {
    answer: async (images: readonly RgbImage[]) => {
      shown.push(images);
      return new Map();
    },
    dispose: async () => undefined,
  };
  // A distribution equal to the label must be mixed exactly like the label.
  const distributions = { sha256: undefined, of: ({ target }: Sample) => target };
  const maker = new BatchMaker({ ...course.batches, teacher, distributions });
  const draws = epochDraws(course.training, plan.sampler, 0, 0);
  const made = [];
  for await (const batch of maker.augmented(draws.first(32), 16, 0)) {
    if (isProblem(batch)) throw new Error("no batch");
    const step: number = made.length;
    const copied = [...batch.inputs].map(([name, values]) => [name, values.slice()] as const);
    made.push({ inputs: new Map(copied), labels: batch.labels, samples: draws.slice(step * 16, (step + 1) * 16) });
  }
  return { made, shown, plan };
}

suite("batches that are mixed", (test) => {
  for (const name of ["mixup", "cut_mix"]) {
    test(`${name}: targets are mixtures of two classes, and accuracy is held to the larger share`, async () => {
      const { made } = await batches(`[horizontal_flip, ${name}(alpha: 2)]`);
      for (const { inputs, labels, samples } of made) {
        const targets = inputs.get("data.label")!;
        let mixed = 0;
        for (const [i, { sample }] of samples.entries()) {
          const target = targets.slice(i * 3, i * 3 + 3);
          const other = samples[(i + 15) % 16]!.sample;
          const isOfTwo = other.label !== sample.label;
          assert.is(target.filter((share) => share > 0).length, isOfTwo ? 2 : 1);
          assert.ok(Math.abs(target[sample.label]! + (isOfTwo ? target[other.label]! : 0) - 1) < 1e-6);
          assert.is(target[labels[i]!], Math.max(...target));
          if (isOfTwo) mixed++;
        }
        assert.ok(mixed > 5, "hardly anything is mixed");
      }
      assert.not.equal(made[0]!.inputs.get("data.label"), made[1]!.inputs.get("data.label"));
    });

    test(`${name}: distributions are mixed as labels are`, async () => {
      const { made } = await batches(`[${name}(alpha: 2)]`);
      for (const { inputs } of made) assert.equal(inputs.get("data.distribution"), inputs.get("data.label"));
    });

    test(`${name}: the teacher is shown the very pixels that the student is`, async () => {
      const { made, shown, plan } = await batches(`[${name}(alpha: 2)]`);
      for (const [step, { inputs }] of made.entries()) {
        const fed = inputs.get("image")!;
        for (const [i, { pixels }] of shown[step]!.entries()) {
          for (let at = 0; at < 256; at++) {
            const value = Math.fround((pixels[at * 3]! / 255 - plan.picture.mean[0]!) / plan.picture.std[0]!);
            assert.is(fed[i * 768 + at], value);
          }
        }
      }
    });
  }

  test.native(
    "a run of mixed batches learns, ends in the same bytes again, and is judged by plain pictures",
    async () => {
      const run = async () => {
        const plan = await smallPlan({ augment: "[mixup(alpha: 0.2)]", run: "batch: 16, epochs: 6" });
        const recorded = recordingEngine();
        const events = new Listener();
        const outcome = await runCourse(await smallCourse(plan, 240, recorded.engine), undefined, events);
        assert.is(outcome.kind, "finished");
        return { events, recorded };
      };
      const [one, again] = [await run(), await run()];
      const last = ({ events }: typeof one) => events.epochs.at(-1)!.standing.state.get("logits.weight");
      assert.equal(last(one), last(again));
      assert.ok(Math.max(...one.events.epochs.map(({ record }) => record.validationAccuracy)) > 0.6);
      const judged = one.recorded.evaluations.flatMap(({ inputs }) =>
        inputs.flatMap((each) => [...each.get("data.label")!]),
      );
      assert.ok(judged.every((share) => share === 0 || share === 1));
    },
  );
});
