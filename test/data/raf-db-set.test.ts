import { join } from "node:path";
import * as assert from "uvu/assert";
import { encodePng } from "../../src/data/png.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { formulaPicture } from "./formula-picture.js";
import { codesOf, keysOf, opened, openLayout, readAll, refusals, warningsOf } from "./open-layout.js";

const png = encodePng(formulaPicture(6, 4));
const seven = ["surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"];

const train = [1, 2, 3, 4, 5, 6, 7, 4, 4].map((number, i) => [`train_0000${i + 1}`, number] as const);
const test = [4, 7].map((number, i) => [`test_000${i + 1}`, number] as const);
const list = [...train, ...test].map(([name, number]) => `${name}.jpg ${number}\n`).join("");

/** As originally published. */
const listed = {
  "EmoLabel/list_patition_label.txt": list,
  "EmoLabel/held.txt": "train_00008.jpg 4\ntrain_00007.jpg 7\n",
  ...Object.fromEntries(
    [...train, ...test].flatMap(([name]) => [
      [`Image/aligned/${name}_aligned.jpg`, png],
      [`Image/original/${name}.jpg`, png],
    ]),
  ),
};

/** As often redistributed. */
const numbered = {
  ...Object.fromEntries(train.map(([name, number]) => [`DATASET/train/${number}/${name}_aligned.jpg`, png])),
  ...Object.fromEntries(test.map(([name, number]) => [`DATASET/test/${number}/${name}_aligned.jpg`, png])),
  "train_labels.csv": "image,label\n",
  "DATASET/train/.DS_Store": "x",
  "DATASET/train/4/Thumbs.db": "x",
  "__MACOSX/DATASET/train/._1": "x",
};

const withLabels = { labels: seven };

suite("RAF-DB", (it) => {
  it("numbers are names, the beginning of a name is its part, and files have _aligned where the list has not", () =>
    inFolder(listed, async (cwd) => {
      const set = opened(await openLayout("raf_db", cwd, withLabels));
      assert.equal(
        set.training.map(({ label }) => label),
        [0, 1, 2, 3, 4, 5, 6, 3, 3],
      );
      assert.is(set.training[0]?.key, "Image/aligned/train_00001_aligned.jpg");
      // Without a list of held-out pictures, epochs are evaluated as in the papers.
      assert.equal(keysOf(set.heldOut), ["Image/aligned/test_0001_aligned.jpg", "Image/aligned/test_0002_aligned.jpg"]);
      assert.equal(
        [set.test, set.heldOutIs, set.heldOutWasDrawn, set.heldOutIsTest],
        [undefined, "the test pictures", false, true],
      );
      assert.equal(await readAll(set, [...set.training, ...set.heldOut]), Array(11).fill(""));
      const reversed = opened(await openLayout("raf_db", cwd, { labels: seven.toReversed() }));
      assert.equal(
        reversed.training.map(({ label }) => label),
        [6, 5, 4, 3, 2, 1, 0, 3, 3],
      );
    }));

  it("a validation list is held out of the training pictures, and the test pictures are left alone", () =>
    inFolder(listed, async (cwd) => {
      const set = opened(await openLayout("raf_db", cwd, { ...withLabels, fields: { validation: "held.txt" } }));
      assert.equal(keysOf(set.heldOut), [
        "Image/aligned/train_00007_aligned.jpg",
        "Image/aligned/train_00008_aligned.jpg",
      ]);
      assert.equal([set.training.length, keysOf(set.test).length], [7, 2]);
      assert.equal([set.heldOutIs, set.heldOutIsTest], ["the list held.txt; left alone: the test pictures", false]);
    }));

  it("a share that the recipe holds out is drawn, and the test pictures are left alone", () =>
    inFolder(listed, async (cwd) => {
      const set = opened(await openLayout("raf_db", cwd, { ...withLabels, fields: { held_out: 0.34 } }));
      assert.equal([set.training.length, set.heldOut.length, set.test?.length], [8, 1, 2]);
      assert.match(set.heldOutIs, /^34 % of each class, chosen by seed 0; left alone: the test pictures$/);
      const twice = { ...withLabels, fields: { held_out: 0.34, validation: "held.txt" } };
      assert.equal(codesOf(await openLayout("raf_db", cwd, twice)), ["data/held-out-twice"]);
    }));

  it("a shorter list has fewer classes, and a model of those alone takes them", () =>
    inFolder({ ...listed, "EmoLabel/five.txt": list.replace(/.* [23]\n/g, "") }, async (cwd) => {
      const labels = seven.filter((name) => name !== "fear" && name !== "disgust");
      const set = opened(await openLayout("raf_db", cwd, { labels, fields: { list: "five.txt" } }));
      assert.equal([set.classes, set.training.length], [labels, 7]);
      assert.equal(codesOf(await openLayout("raf_db", cwd, { labels })), ["data/unknown-class"]);
      const unnamed = opened(await openLayout("raf_db", cwd, { classCount: 5, fields: { list: "five.txt" } }));
      assert.equal(unnamed.classes, labels);
    }));

  it("the whole pictures are read where they are asked for", () =>
    inFolder(listed, async (cwd) => {
      const set = opened(await openLayout("raf_db", cwd, { ...withLabels, fields: { pictures: "original" } }));
      assert.is(set.training[0]?.key, "Image/original/train_00001.jpg");
      assert.equal(await readAll(set, set.training), Array(9).fill(""));
    }));

  it("folders 1 to 7 are RAF-DB's numbers, below DATASET too; desktops' files are passed over", () =>
    inFolder(numbered, async (cwd) => {
      for (const place of [cwd, join(cwd, "DATASET")]) {
        const set = opened(await openLayout("raf_db", place, withLabels));
        assert.equal(set.training.map(({ label }) => label).toSorted(), [0, 1, 2, 3, 3, 3, 4, 5, 6]);
        assert.equal(
          set.heldOut.map(({ label }) => label),
          [3, 6],
        );
        assert.equal(await readAll(set, set.training), Array(9).fill(""));
        // RAF-DB's test split here has two classes.
        assert.equal(warningsOf(set), ["data/missing-classes"]);
      }
    }));

  it("the same folders are no classes of a plain folder, and the message says what they are", () =>
    inFolder(numbered, async (cwd) => {
      const [refused] = refusals(await openLayout("folder", join(cwd, "DATASET"), withLabels));
      assert.is(refused?.code, "data/unknown-class");
      assert.match(refused?.help ?? "", /1 \(surprise\) to 7 \(neutral\): write data = raf_db/);
    }));

  it("a table beside the folders must say what they say", () =>
    inFolder(
      { ...numbered, "DATASET/train_labels.csv": "image,label\r\ntrain_00001_aligned.jpg,2\r\n" },
      async (cwd) => {
        const [refused] = refusals(await openLayout("raf_db", cwd, withLabels));
        assert.is(refused?.code, "data/labels-disagree");
        assert.match(refused?.message ?? "", /labels train_00001.jpg as fear, its folder as surprise/);
      },
    ));

  it("a validation list holds pictures out of the folders as well", () =>
    inFolder({ ...numbered, "DATASET/held.txt": "train_00008.jpg 4\n" }, async (cwd) => {
      const set = opened(await openLayout("raf_db", cwd, { ...withLabels, fields: { validation: "held.txt" } }));
      assert.equal([keysOf(set.heldOut), set.test?.length], [["train/4/train_00008_aligned.jpg"], 2]);
    }));

  for (const [why, text, message] of [
    ["a class beyond 7", "train_00001.jpg 8\n", /list.txt, line 1: a name and a number from 1 to 7/],
    ["no class", `${list}train_00010.jpg\n`, /line 12/],
    ["a path out of the folder", "train_00001.jpg 1\ntrain/../../../etc/passwd 1\n", /line 2: .* is a path/],
    ["a name of no part", "valid_1.jpg 1\nvalid_2.jpg 1\n", /line 1: .*and 1 more line with mistakes/],
    ["a picture twice", "train_1.jpg 1\n\ntrain_1.jpg 2\n", /line 3: train_1.jpg is in the list already/],
  ] as const) {
    it(`a list with ${why} is refused by its line`, () =>
      inFolder({ ...listed, "EmoLabel/list.txt": text }, async (cwd) => {
        const found = await openLayout("raf_db", cwd, { ...withLabels, fields: { list: "list.txt" } });
        assert.equal(codesOf(found), ["data/bad-lines"]);
        assert.match(refusals(found)[0]?.message ?? "", message);
      }));
  }

  for (const [why, text, message] of [
    ["of a test picture", "test_0001.jpg 4\n", /only training pictures are held out/],
    ["of a picture that is not in the data", "train_00099.jpg 4\n", /is not in list_patition_label.txt/],
    ["with another label", "train_00001.jpg 4\n", /is 4 here and 1 in/],
  ] as const) {
    it(`a validation list ${why} is refused`, () =>
      inFolder({ ...listed, "EmoLabel/bad.txt": text }, async (cwd) => {
        const found = await openLayout("raf_db", cwd, { ...withLabels, fields: { validation: "bad.txt" } });
        assert.match(refusals(found)[0]?.message ?? "", message);
      }));
  }

  it("what is no RAF-DB is said so, with what it looks like", () =>
    inFolder({ "a/happy/1.png": png, "EmoLabel/list_patition_label.txt": list }, async (cwd) => {
      const [refused] = refusals(await openLayout("raf_db", join(cwd, "a"), withLabels));
      assert.is(refused?.code, "data/another-layout");
      assert.match(refused?.help ?? "", /It looks like folder/);
      assert.equal(codesOf(await openLayout("raf_db", cwd, withLabels)), ["data/another-layout"]);
      assert.equal(codesOf(await openLayout("raf_db", join(cwd, "nowhere"), withLabels)), ["data/unreadable-folder"]);
    }));

  it("pictures that a list has and the folder has not are missing one by one", () =>
    inFolder({ ...listed, "EmoLabel/more.txt": `${list}train_99999.jpg 1\n` }, async (cwd) => {
      const set = opened(await openLayout("raf_db", cwd, { ...withLabels, fields: { list: "more.txt" } }));
      assert.equal(
        (await readAll(set, set.training)).filter((code) => code !== ""),
        ["data/missing-picture"],
      );
    }));
});
