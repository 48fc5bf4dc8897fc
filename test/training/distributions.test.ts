// `data.distribution`: each picture's row of a table, or the data's own votes, next to the unchanged label.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type DataSet, hardTargets, type Sample } from "../../src/data/data-set.js";
import { epochDraws } from "../../src/data/sampling.js";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import { BatchMaker } from "../../src/training/batches.js";
import {
  type Distributions,
  distributionInput,
  missingDistributions,
  openDistributions,
} from "../../src/training/distributions.js";
import { planOf, type TrainingPlan } from "../../src/training/plan.js";
import { isTold, placeOf } from "../../src/training/recipe-paths.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { smallCourse, smallSource } from "./small-course.js";

async function planWith(loss: string, distributions = "d.csv"): Promise<TrainingPlan> {
  const text = smallSource({ loss }).replace('sampler: "shuffled"', `distributions: "${distributions}"`);
  const { recipes, models, diagnostics } = await compile(text, { recipe: "Try" });
  const [recipe, model] = [recipes[0], models[0]];
  if (recipe === undefined || model === undefined)
    throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const plan = planOf(recipe, model.graph);
  if (isProblem(plan)) throw new Error("refused");
  return plan;
}

const both = "cross_entropy(student.logits, data.label) + kl(data.distribution, student.logits)";
const classes = ["surprise", "happy", "neutral"];
const samples: readonly Sample[] = ["a", "b"].map((key, label) => ({
  key,
  label,
  target: hardTargets(3)[label] as Float32Array,
}));
const data = (all: readonly Sample[] = samples): Pick<DataSet, "classes" | "training" | "heldOut"> => ({
  classes,
  training: all.slice(0, 1),
  heldOut: all.slice(1),
});

const codeOf = (found: unknown): string | undefined =>
  isProblem(found) ? (found as Problem).diagnose({}).code : undefined;
const nowhere = { home: "/nowhere", set: new Map<string, string>() };

suite("distributions of pictures", (test) => {
  test("a table's columns are put into the order of the data's classes, and the label stays the label", () =>
    inFolder({ "d.csv": "path,neutral,surprise,happy\nb,0.5,0.25,0.25\na,0.7,0.2,0.1\n" }, async (home) => {
      const found = (await openDistributions(await planWith(both), data(), { home, set: new Map() })) as Distributions;
      assert.not.ok(isProblem(found));
      const [a, b] = samples.map((sample) => [...(found.of(sample) ?? [])]);
      assert.equal([a, b], [[0.2, 0.1, 0.7].map(Math.fround), [0.25, 0.25, 0.5]]);
      assert.is(found.sha256?.length, 64);
    }));

  test("a batch carries each drawn picture's own row, in whatever order pictures are drawn", async () => {
    const plan = await planWith(both);
    const course = await smallCourse(plan, 6);
    const of = ({ key }: Sample): Float32Array => Float32Array.of(Number(key.split("/")[1]) / 1000, 0.5, 0.25);
    const maker = new BatchMaker({ ...course.batches, distributions: { sha256: undefined, of } });
    const draws = epochDraws(course.training, "shuffled", 1, 0);
    const drawn = [...draws].map(({ sample }) => sample);
    const { value: batch } = await maker.augmented(draws, drawn.length, 0).next();
    if (batch === undefined || isProblem(batch)) throw new Error("refused");
    assert.equal(
      [...(batch.inputs.get(distributionInput) ?? [])],
      drawn.flatMap((sample) => [...of(sample)]),
    );
    assert.equal(
      [...(batch.inputs.get("data.label") ?? [])],
      drawn.flatMap(({ target }) => [...target]),
    );
  });

  test("where no loss reads them no file is opened; where only training does, evaluation asks for none", async () => {
    const unread = await planWith("cross_entropy(student.logits, data.label)", "");
    assert.is(await openDistributions(unread, data(), nowhere), undefined);
    const inTraining = await planWith(
      "if training then kl(data.distribution, student.logits) else cross_entropy(student.logits, data.label)",
    );
    const none: Distributions = {
      sha256: undefined,
      of: ({ key }) => (key === "a" ? Float32Array.of(1, 0, 0) : undefined),
    };
    assert.is(missingDistributions(inTraining, none, data()), undefined);
    const found = missingDistributions(await planWith(both), none, data());
    assert.is(found?.diagnose({}).message, "d.csv has no distribution for 1 of 2 pictures: b");
  });

  test("data that have shares themselves need no table; data with one class a picture do", async () => {
    const plan = await planWith(both, "");
    assert.is(codeOf(await openDistributions(plan, data(), nowhere)), "train/no-distributions");
    const votes = samples.map((sample) => ({ ...sample, target: Float32Array.of(0.5, 0.25, 0.25) }));
    const found = (await openDistributions(plan, data(votes), nowhere)) as Distributions;
    assert.equal([...(found.of(votes[0] as Sample) ?? [])], [0.5, 0.25, 0.25]);
  });

  test("what the text names lies beside the text, what --set names where the user stands", () =>
    inFolder({}, async (home) => {
      const set = new Map([["distributions", "given.csv"]]);
      assert.is(placeOf("d.csv", { home, set }), join(home, "d.csv"));
      assert.is(placeOf("given.csv", { home, set }), join(process.cwd(), "given.csv"));
      assert.ok(isTold("a b", { set: new Map([["x", '"a b"']]) }));
      writeFileSync(join(home, "d.csv"), "path,surprise,happy\na,1,0\n");
      const found = await openDistributions(await planWith(both), data(), { home, set });
      assert.is(codeOf(found), "data/distribution-classes");
    }));
});
