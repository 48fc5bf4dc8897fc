import * as assert from "uvu/assert";
import { type AssemblyWishes, assemble, plainWishes } from "../../src/data/assemble.js";
import type { DataSet } from "../../src/data/data-set.js";
import type { Row, RowSource } from "../../src/data/rows.js";
import { suite } from "../support/suite.js";

const usual: AssemblyWishes = { labels: undefined, classCount: undefined, seed: 0, ...plainWishes };

const source = (classes: readonly string[], rows: readonly Row[], given: RowSource["given"] = {}): RowSource => ({
  path: "somewhere",
  description: "rows somewhere",
  classes,
  isOrdered: true,
  rows,
  given,
  warnings: [],
  read: () => Promise.reject(new Error("nothing is read here")),
});

const rows = (...counts: readonly number[]): readonly Row[] =>
  counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, i): Row => ({ key: `${index}/${i}`, part: "training", class: index })),
  );

function made(from: RowSource, wishes: Partial<AssemblyWishes>): DataSet {
  const found = assemble(from, { ...usual, ...wishes });
  if ("kind" in found) throw new Error(found.problems.map((problem) => problem.diagnose({}).message).join("\n"));
  return found;
}

const refused = (from: RowSource, wishes: Partial<AssemblyWishes>): readonly string[] => {
  const found = assemble(from, { ...usual, ...wishes });
  return "kind" in found ? found.problems.map((problem) => `${problem.diagnose({}).code}`) : [];
};

const all = ({ training, heldOut }: DataSet) => [...training, ...heldOut];
const warned = ({ warnings }: DataSet): readonly string[] => warnings.map((warning) => warning.diagnose({}).code);

suite("classes of data and of a model", (test) => {
  const emotions = ["happy", "sad", "contempt"];

  test("an unknown class is an error, unless it is left out or counts as another", () => {
    const from = source(emotions, rows(5, 5, 5));
    const labels = ["sadness", "happiness"];
    assert.equal(refused(from, { labels, classCount: 2 }), ["data/unknown-class"]);
    const without = made(from, { labels, classCount: 2, leaveOut: ["Contempt"] });
    assert.equal([all(without).length, without.classes], [10, labels]);
    const merged = made(from, { labels, classCount: 2, merge: ["contempt -> sad"] });
    assert.is(all(merged).filter(({ label }) => label === 0).length, 10);
    // No warning about what the recipe requested.
    assert.equal(warned(merged), []);
  });

  test("a class may count as one that only the model has", () => {
    const set = made(source(["joyful", "sad"], rows(5, 5)), {
      labels: ["happiness", "sadness"],
      classCount: 2,
      merge: ["joyful -> happiness"],
    });
    assert.equal(
      [0, 1].map((label) => all(set).filter((sample) => sample.label === label).length),
      [5, 5],
    );
  });

  test("without labels the classes are those that are left and occur, in the data's order", () => {
    const set = made(source([...emotions, "nobody"], rows(5, 5, 5)), { leaveOut: ["sad"], merge: [] });
    assert.equal(set.classes, ["happy", "contempt"]);
    assert.equal(refused(source(emotions, rows(2, 2, 2)), { classCount: 2 }), ["data/class-count"]);
    assert.equal(refused(source(emotions, rows(2, 2, 2)), { leaveOut: emotions }), ["data/no-classes-left"]);
  });

  test("two names for one class are told where nobody asked for it", () => {
    const set = made(source(["happy", "Happiness", "sad"], rows(5, 5, 5)), {
      labels: ["happiness", "sadness"],
      classCount: 2,
    });
    assert.equal(warned(set), ["data/folders-of-one-class"]);
  });

  for (const [why, wishes, code] of [
    ["a class that is not there is left out", { leaveOut: ["contemt"] }, "data/no-such-class"],
    ["a class that is not there is merged", { merge: ["contemt -> sad"] }, "data/no-such-class"],
    ["it is merged into nothing known", { merge: ["contempt -> anger"] }, "data/no-such-class"],
    ["it is no arrow", { merge: ["contempt, sad"] }, "data/bad-merge"],
    ["it has two arrows", { merge: ["contempt -> sad -> happy"] }, "data/bad-merge"],
    ["a chain has no order", { merge: ["contempt -> sad", "sad -> happy"] }, "data/bad-merge"],
    ["it goes two ways", { merge: ["contempt -> sad"], leaveOut: ["contempt"] }, "data/class-said-twice"],
  ] as const) {
    test(`refused: ${why}`, () => assert.equal(refused(source(emotions, rows(5, 5, 5)), wishes), [code]));
  }

  test("ten thousand classes are matched in one go", () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `person ${i}`);
    const many = names.flatMap((_, index) =>
      [0, 1].map((i): Row => ({ key: `${index}/${i}`, part: "training", class: index })),
    );
    assert.is(
      made(source(names, many), { labels: names.toReversed(), classCount: names.length }).training[0]?.label,
      9_999,
    );
  });
});

suite("distributions", (test) => {
  const shared = (...shares: readonly number[]): Row => ({
    key: shares.join(),
    part: "training",
    class: shares.indexOf(Math.max(...shares)),
    shares: Float32Array.from(shares),
  });

  test("shares go to the model's classes, what is left out goes, what is merged is added up, and the sum is 1", () => {
    const votes = [shared(3, 1, 6), shared(0, 10, 0), shared(0, 0, 7), shared(2, 2, 4)];
    const set = made(source(["neutral", "happy", "unknown"], votes), {
      labels: ["happiness", "neutral"],
      classCount: 2,
      leaveOut: ["unknown"],
      heldOut: 0.4,
    });
    const byKey = new Map(all(set).map((sample) => [sample.key, sample]));
    assert.equal([...(byKey.get("3,1,6")?.target ?? [])], [0.25, 0.75]);
    assert.is(byKey.get("3,1,6")?.label, 1);
    // Nothing is left of the third; for equal shares, the first class of the model is the label.
    assert.is(byKey.has("0,0,7"), false);
    assert.is(byKey.get("2,2,4")?.label, 0);
    const merged = made(source(["neutral", "happy", "unknown"], votes), {
      labels: ["happiness", "neutral"],
      classCount: 2,
      merge: ["unknown -> neutral"],
    });
    const target = all(merged).find(({ key }) => key === "3,1,6")?.target ?? [];
    assert.equal(
      [...target].map((share) => Number(share.toFixed(6))),
      [0.1, 0.9],
    );
  });
});

suite("who is held out", (test) => {
  /** 40 persons with one to five pictures, most of the first class. */
  const persons = Array.from({ length: 40 }, (_, person) =>
    Array.from(
      { length: 1 + ((person * 7) % 5) },
      (_, i): Row => ({
        key: `p${person}_${i}.png`,
        part: "training",
        class: (person + i) % 4 === 0 ? 1 : 0,
        person: `p${person}`,
      }),
    ),
  ).flat();
  const from = source(["a", "b"], persons);

  test("by person: nobody is on both sides, and of each class the share is near what is asked for", () => {
    for (const [seed, share] of [
      [0, 0.2],
      [1, 0.2],
      [2, 0.35],
    ] as const) {
      const set = made(from, { holdOut: "by person", heldOut: share, seed });
      const [trained, held] = [set.training, set.heldOut].map((side) => new Set(side.map(({ person }) => person)));
      assert.equal(
        [...(held ?? [])].filter((person) => trained?.has(person)),
        [],
      );
      for (const label of [0, 1]) {
        const count = (samples: DataSet["training"]) => samples.filter((sample) => sample.label === label).length;
        assert.ok(Math.abs(count(set.heldOut) / count(all(set)) - share) < 0.06, `${seed} ${label}`);
      }
      assert.equal(warned(set), []);
      assert.is(set.heldOutWasDrawn, true);
    }
  });

  test("by person: the seed and the persons' names draw, not the order of the rows", () => {
    const held = (some: RowSource, seed: number) =>
      made(some, { holdOut: "by person", seed })
        .heldOut.map(({ key }) => key)
        .toSorted();
    assert.equal(held(source(["a", "b"], persons.toReversed()), 0), held(from, 0));
    assert.not.equal(held(from, 1), held(from, 0));
  });

  test("by person: a class of one person stays in training; where every class is so, nothing can be held out", () => {
    const lonely = source(
      ["a", "b"],
      [...persons.filter((row) => row.class === 0), { key: "x", part: "training", class: 1, person: "x" }],
    );
    assert.ok(made(lonely, { holdOut: "by person" }).training.some(({ label }) => label === 1));
    const alone = source(
      ["a"],
      persons.filter(({ person }) => person === "p4").map((row) => ({ ...row, class: 0 })),
    );
    assert.equal(refused(alone, { holdOut: "by person" }), ["data/nothing-held-out"]);
  });

  test("by person: nobody is held out who has all of a class, however well their other pictures would fit", () => {
    const of = (person: string, label: number, count: number): readonly Row[] =>
      Array.from({ length: count }, (_, i) => ({
        key: `${person}/${label}/${i}`,
        part: "training",
        class: label,
        person,
      }));
    // By `x`, exactly a fifth of the first class would be held out, and the second class would be missing.
    const some = source(["a", "b"], [...of("x", 0, 2), ...of("x", 1, 2), ...of("y", 0, 8)]);
    assert.equal(refused(some, { holdOut: "by person" }), ["data/nothing-held-out"]);
  });

  test("by person: every training picture must have one", () => {
    const some = source(["a", "b"], [...persons, { key: "nobody.png", part: "training", class: 0 }]);
    assert.equal(refused(some, { holdOut: "by person" }), ["data/no-person"]);
  });

  test("by picture: persons on both sides are told", () => {
    assert.equal(warned(made(from, {})), ["data/persons-shared"]);
  });

  test("where the data are divided already, by person is a promise that is checked", () => {
    const divided = (side: (row: Row, at: number) => boolean) =>
      source(
        ["a", "b"],
        persons.map((row, at) => ({ ...row, part: side(row, at) ? ("test" as const) : row.part })),
        { test: "the folder test" },
      );
    const clean = divided(({ person = "" }) => Number(person.slice(1)) < 10);
    assert.is(made(clean, { holdOut: "by person" }).heldOutIs, "the folder test");
    const leaky = divided((_, at) => at % 5 === 0);
    assert.equal(refused(leaky, { holdOut: "by person" }), ["data/person-on-both-sides"]);
    assert.equal(warned(made(leaky, {})), ["data/persons-shared"]);
  });

  test("person and group come from the picture's name where a pattern says so", () => {
    const named = source(
      ["a", "b"],
      persons.map(({ person: _, ...row }) => row),
    );
    const set = made(named, { holdOut: "by person", person: "{person}_*", group: "*_{group}.png" });
    const sample =
      set.training.find(({ key }) => key === "p6_1.png") ?? set.heldOut.find(({ key }) => key === "p6_1.png");
    assert.equal([sample?.person, sample?.group], ["p6", "1"]);
    assert.equal(refused(named, { person: "p*" }), ["data/bad-name-pattern"]);
  });

  test("rows of one file come to one side", () => {
    const twice = persons.flatMap((row): readonly Row[] => [
      { ...row, person: undefined },
      { ...row, person: undefined, key: `${row.key}#2`, file: row.key },
    ]);
    const set = made(source(["a", "b"], twice), {});
    const files = (samples: DataSet["training"]) => new Set(samples.map(({ key }) => key.replace("#2", "")));
    assert.equal(
      [...files(set.heldOut)].filter((file) => files(set.training).has(file)),
      [],
    );
  });
});
