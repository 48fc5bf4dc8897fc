import { join } from "node:path";
import * as assert from "uvu/assert";
import { encodePng } from "../../src/data/png.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { formulaPicture } from "./formula-picture.js";
import { npyFile } from "./npy-file.js";
import { codesOf, keysOf, opened, openLayout, readAll, refusals, warningsOf } from "./open-layout.js";

const png = encodePng(formulaPicture(40, 30));
const eight = ["neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt"];
const seven = eight.slice(0, 7);

/** 68 points on a slanted line. */
const numbers = Array.from({ length: 136 }, (_, i) => (i % 2 === 0 ? 4 + ((i * 13) % 24) : 3 + ((i * 7) % 20)) + 0.25);
const landmarks = numbers.join(";");

const header =
  "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal\n";
const row = (name: string, expression: number, box = "5,6,20,18", points = landmarks): string =>
  `${name},${box},${points},${expression},0.1,-0.2\n`;

const training = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1].map((expression, i) => row(`${i % 3}/${i}.jpg`, expression));
const pictures = Object.fromEntries(
  Array.from({ length: 12 }, (_, i) => [`Manually_Annotated_Images/${i % 3}/${i}.jpg`, png]),
);
const tables = {
  ...pictures,
  "Manually_Annotated_Images/9/v.jpg": png,
  "Manually_Annotated_Images/.DS_Store": "x",
  "training.csv": header + training.join(""),
  "validation.csv": header + row("9/v.jpg", 7) + row("9/v.jpg", 1, "0,0,3,3"),
};

const size = { width: 16, height: 16 };

suite("AffectNet's tables", (test) => {
  test("eight expressions are names, what is none is left out, and validation.csv judges", () =>
    inFolder(tables, async (cwd) => {
      const set = opened(await openLayout("affectnet", cwd, { labels: eight }));
      assert.equal(
        set.training.map(({ label }) => label),
        [0, 1, 2, 3, 4, 5, 6, 7, 1],
      );
      // Two faces in one picture are two rows.
      assert.equal(keysOf(set.heldOut), [
        "Manually_Annotated_Images/9/v.jpg",
        "Manually_Annotated_Images/9/v.jpg (line 3)",
      ]);
      assert.equal([set.heldOutIs, set.test], ["validation.csv", undefined]);
      assert.equal(await readAll(set, [...set.training, ...set.heldOut]), Array(11).fill(""));
    }));

  test("AffectNet-7 leaves contempt out, or takes it for another, because the recipe says so", () =>
    inFolder(tables, async (cwd) => {
      assert.equal(codesOf(await openLayout("affectnet", cwd, { labels: seven })), ["data/unknown-class"]);
      const left = opened(await openLayout("affectnet", cwd, { labels: seven, fields: { leave_out: ["contempt"] } }));
      assert.equal([left.training.length, left.heldOut.length], [8, 1]);
      const merged = opened(
        await openLayout("affectnet", cwd, { labels: seven, fields: { merge: ["contempt -> disgust"] } }),
      );
      assert.is(merged.training.filter(({ label }) => label === 5).length, 2);
      const unnamed = opened(
        await openLayout("affectnet", cwd, { classCount: 7, fields: { leave_out: ["contempt"] } }),
      );
      assert.equal(unnamed.classes, seven);
    }));

  test("a box or five points cut the face out, and the fingerprint of a picture knows which", () =>
    inFolder(tables, async (cwd) => {
      const digests = new Set<string>();
      for (const [align, width, height] of [
        ["none", 40, 30],
        ["box", 20, 18],
        ["five_points", 16, 16],
      ] as const) {
        const set = opened(await openLayout("affectnet", cwd, { labels: eight, fields: { align }, size }));
        const read = await set.read(set.training[0]!);
        if (isProblem(read)) throw new Error(read.diagnose({}).message);
        assert.equal([read.image.width, read.image.height], [width, height]);
        assert.ok(new Set(read.image.pixels).size > 50);
        digests.add(read.digest);
      }
      assert.is(digests.size, 3);
      const boxes = opened(await openLayout("affectnet", cwd, { labels: eight, fields: { align: "box" } }));
      const sizes = await Promise.all(boxes.heldOut.map((sample) => boxes.read(sample)));
      assert.equal(
        sizes.map((read) => (isProblem(read) ? 0 : read.image.width)),
        [20, 3],
      );
    }));

  test("a face that cannot be cut out is a broken picture, and the others are read", () =>
    inFolder(
      {
        ...tables,
        "training.csv":
          header +
          training.slice(0, 3).join("") +
          row("0/3.jpg", 3, "90,0,5,5", "1;2;3") +
          row("1/4.jpg", 3, ",,,", ""),
      },
      async (cwd) => {
        for (const align of ["box", "five_points"]) {
          const set = opened(await openLayout("affectnet", cwd, { labels: eight, fields: { align } }));
          assert.equal(await readAll(set, set.training), ["", "", "", "data/no-face", "data/no-face"]);
        }
      },
    ));

  test("columns are found by name; those that are missing are named, if they are needed", () =>
    inFolder(
      {
        ...pictures,
        "training.csv": "Expression,subDirectory_filePath\n1,0/0.jpg\n1,0/3.jpg\n2,1/1.jpg\n2,1/4.jpg\n",
      },
      async (cwd) => {
        const set = opened(await openLayout("affectnet", cwd, { labels: eight }));
        assert.equal([set.training.length, set.heldOut.length, set.heldOutWasDrawn], [2, 2, true]);
        const [refused] = refusals(await openLayout("affectnet", cwd, { labels: eight, fields: { align: "box" } }));
        assert.match(refused?.message ?? "", /has no column face_x and no face_y and no face_width and no face_height/);
        const lost = await openLayout("affectnet", cwd, { labels: eight, fields: { align: "five_points" } });
        assert.match(refusals(lost)[0]?.message ?? "", /has no column facial_landmarks/);
      },
    ));

  test("a validation table without its first line has the columns of the other", () =>
    inFolder({ ...tables, "validation.csv": row("9/v.jpg", 7) }, async (cwd) => {
      const set = opened(await openLayout("affectnet", cwd, { labels: eight }));
      assert.equal(
        set.heldOut.map(({ label }) => label),
        [7],
      );
    }));

  for (const [why, text, message] of [
    ["a number beyond 10", row("0/0.jpg", 11), /line 2: expression "11" is not a number from 0 to 10/],
    ["a path out of the folder", row("../../x.jpg", 1), /line 2: the path "..\/..\/x.jpg" names no file below/],
    ["a field too many", row("0/0,0.jpg", 1), /line 2: it has 10 fields, the first line 9/],
  ] as const) {
    test(`refused: ${why}`, () =>
      inFolder({ ...tables, "training.csv": header + text }, async (cwd) => {
        assert.match(refusals(await openLayout("affectnet", cwd, { labels: eight }))[0]?.message ?? "", message);
      }));
  }

  test("without its pictures' folder it is no AffectNet", () =>
    inFolder({ "training.csv": header, "x/happy/1.jpg": png }, async (cwd) => {
      assert.equal(codesOf(await openLayout("affectnet", cwd, { labels: eight })), ["data/another-layout"]);
      const [refused] = refusals(await openLayout("affectnet", join(cwd, "x"), { labels: eight }));
      assert.match(refused?.help ?? "", /It looks like folder/);
    }));
});

const annotated = (set: string, expressions: readonly string[], from: number): Record<string, string | Uint8Array> =>
  Object.fromEntries(
    expressions.flatMap((expression, i) => [
      [`${set}/images/${from + i}.jpg`, png],
      [`${set}/annotations/${from + i}_exp.npy`, npyFile(expression)],
      [`${set}/annotations/${from + i}_val.npy`, npyFile("0.5")],
      [`${set}/annotations/${from + i}_aro.npy`, npyFile("-0.5")],
      [`${set}/annotations/${from + i}_lnd.npy`, npyFile(numbers)],
    ]),
  );

const folders = {
  ...annotated("train_set", ["0", "1", "2", "3", "4", "5", "6", "7", "8", "10"], 0),
  ...annotated("val_set", ["7", "0"], 100),
  "train_set/images/.DS_Store": "x",
  "train_set/images/Thumbs.db": "x",
  "train_set/annotations/._0_exp.npy": "x",
};

suite("AffectNet's folders of annotations", (test) => {
  test("expressions stand beside the pictures; val_set judges; landmarks turn faces upright", () =>
    inFolder(folders, async (cwd) => {
      for (const align of ["none", "five_points"]) {
        const set = opened(await openLayout("affectnet", cwd, { labels: eight, fields: { align }, size }));
        assert.equal(
          set.training.map(({ label }) => label),
          [0, 1, 2, 3, 4, 5, 6, 7],
        );
        assert.equal(keysOf(set.heldOut), ["val_set/images/100.jpg", "val_set/images/101.jpg"]);
        const read = await set.read(set.heldOut[0]!);
        assert.is(isProblem(read) ? 0 : read.image.width, align === "none" ? 40 : 16);
        assert.equal(warningsOf(set), ["data/missing-classes"]);
      }
      const noBoxes = await openLayout("affectnet", cwd, { labels: eight, fields: { align: "box" } });
      assert.equal(codesOf(noBoxes), ["data/cannot-align"]);
    }));

  test("an annotation that is broken is named; one whose landmarks are broken is a broken picture", () =>
    inFolder(
      { ...folders, "train_set/annotations/3_lnd.npy": npyFile([1, 2]), "train_set/annotations/4_lnd.npy": "x" },
      async (cwd) => {
        const fields = { align: "five_points" };
        const set = opened(await openLayout("affectnet", cwd, { labels: eight, fields }));
        assert.equal(
          (await readAll(set, set.training)).filter((code) => code !== ""),
          ["data/bad-annotation", "data/bad-annotation"],
        );
        for (const bad of [npyFile("11"), npyFile(""), "x", npyFile([1, 2])]) {
          await inFolder({ ...folders, "train_set/annotations/5_exp.npy": bad }, async (other) => {
            const [refused] = refusals(await openLayout("affectnet", other, { labels: eight }));
            assert.match(refused?.message ?? "", /annotations\/5_exp.npy cannot be used/);
          });
        }
      },
    ));

  test("pictures without annotation are counted, annotations without picture are missing pictures", () =>
    inFolder(
      { ...folders, "train_set/images/77.jpg": png, "train_set/annotations/78_exp.npy": npyFile("1") },
      async (cwd) => {
        const set = opened(await openLayout("affectnet", cwd, { labels: eight }));
        assert.ok(warningsOf(set).includes("data/files-left-out"));
        const codes = await readAll(set, set.training);
        assert.equal(
          codes.filter((code) => code !== ""),
          ["data/missing-picture"],
        );
      },
    ));
});
