// The parts of a cross-fitting: each picture is in exactly one, classes are spread evenly, persons are kept together, and adding or
// removing a picture does not change the order of the others.
import * as assert from "uvu/assert";
import { type DataSet, hardTargets, type Sample } from "../../src/data/data-set.js";
import { foldOf, partsOf } from "../../src/training/cross-fitting.js";
import { suite } from "../support/suite.js";
import { smallPlan } from "./small-course.js";

const sample = (key: string, label: number, person?: string): Sample => ({
  key,
  label,
  target: hardTargets(3)[label] as Float32Array,
  person,
});
const pictures = (counts: readonly number[]): readonly Sample[] =>
  counts.flatMap((count, label) => Array.from({ length: count }, (_, i) => sample(`${label}/${i}`, label)));

const setOf = (training: readonly Sample[], heldOut: readonly Sample[] = []): DataSet => ({
  description: "faces",
  classes: ["a", "b", "c"],
  training,
  heldOut,
  heldOutIs: "others",
  heldOutWasDrawn: false,
  warnings: [],
  read: async () => {
    throw new Error("nobody reads");
  },
});

suite("parts of a cross-fitting", (test) => {
  test("of each class every part has as many, or one more; so has the whole", () => {
    for (const counts of [
      [10, 7, 4],
      [1, 1, 1],
      [23, 2, 5],
    ]) {
      const samples = pictures(counts);
      const parts = partsOf(samples, 4, 3, false);
      assert.is(parts.size, samples.length);
      for (const label of [undefined, 0, 1, 2]) {
        const sizes = [1, 2, 3, 4].map(
          (part) => samples.filter((s) => parts.get(s) === part && (label === undefined || s.label === label)).length,
        );
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${counts}, class ${label}: ${sizes}`);
      }
    }
  });

  test("they are drawn by the seed and the names, not by the order in which the files came", () => {
    const samples = pictures([12, 12, 12]);
    const of = (list: readonly Sample[], seed: number) => {
      const parts = partsOf(list, 3, seed, false);
      return samples.map((s) => parts.get(s));
    };
    assert.equal(
      of(samples, 1),
      of(
        [...samples].sort((a, b) => a.label - b.label || (a.key < b.key ? 1 : -1)),
        1,
      ),
    );
    assert.not.equal(of(samples, 1), of(samples, 2));
  });

  test("a person is in one part with all pictures; the parts are of like size, and each class is in all", () => {
    const samples = Array.from({ length: 90 }, (_, i) => sample(`${i}`, i % 3, `p${Math.floor(i / 6)}`));
    const parts = partsOf(samples, 3, 0, true);
    for (let p = 0; p < 15; p++) {
      const own = samples.filter(({ person }) => person === `p${p}`).map((s) => parts.get(s));
      assert.is(new Set(own).size, 1, `p${p}`);
    }
    for (const part of [1, 2, 3]) {
      const own = samples.filter((s) => parts.get(s) === part);
      assert.is(own.length, 30, `part ${part}`);
      assert.is(new Set(own.map(({ label }) => label)).size, 3);
    }
  });

  test("the runs are judged by one part each, learn from the others, and never see what the data hold out", async () => {
    const plan = await smallPlan();
    const set = setOf(pictures([9, 6, 3]), [sample("held", 0)]);
    const runs = [1, 2, 3].map((index) => foldOf(set, plan, { index, of: 3 }) as DataSet);
    for (const { training, heldOut, heldOutIs, heldOutWasDrawn } of runs) {
      assert.equal(
        [...training, ...heldOut].map(({ key }) => key).toSorted(),
        set.training.map(({ key }) => key).toSorted(),
      );
      assert.is(training.filter((s) => heldOut.includes(s)).length, 0);
      assert.ok(heldOutWasDrawn);
      assert.match(heldOutIs, "of 3 of the training pictures");
    }
    assert.equal(
      runs.flatMap(({ heldOut }) => heldOut.map(({ key }) => key)).toSorted(),
      set.training.map(({ key }) => key).toSorted(),
    );
  });

  test("a class of one picture is not learnt by the run that is judged by it: that is said", async () => {
    const plan = await smallPlan();
    const said = [1, 2].map((index) =>
      (foldOf(setOf(pictures([4, 4, 1])), plan, { index, of: 2 }) as DataSet).warnings.map((warning) =>
        warning.diagnose({}),
      ),
    );
    const all = said.flat();
    assert.equal(
      all.map(({ code, severity }) => [code, severity]),
      [["train/fold-without-class", "warning"]],
    );
    assert.match(all[0]?.message ?? "", /all the training pictures of c: its model never learns the class/);
  });
});
