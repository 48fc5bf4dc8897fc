import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as assert from "uvu/assert";
import { csvRows } from "../../src/data/csv-set.js";
import { pathBelow } from "../../src/data/path-below.js";
import { encodePng } from "../../src/data/png.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { formulaPicture } from "./formula-picture.js";
import { codesOf, keysOf, opened, openLayout, readAll, refusals, warningsOf } from "./open-layout.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const png = encodePng(formulaPicture(6, 4));
const labels = ["happiness", "sadness"];
const pictures = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [`pics/${name}.png`, png]));

suite("a table of pictures", (test) => {
  test("labels by name, splits, persons and groups, in columns of any order", () =>
    inFolder(
      {
        ...pictures,
        "labels.csv":
          "split,Label,path,person,group\n" +
          "train,happy,pics/a.png,anna,indoors\ntrain,Sad,./pics/b.png,ben,\nval,sadness,pics\\c.png,carla,outdoors\n" +
          'test,happy,"pics/d.png",,outdoors\n',
      },
      async (cwd) => {
        const set = opened(await openLayout("csv", cwd, { labels }));
        assert.equal(
          set.training.map(({ key, label, person, group }) => [key, label, person, group]),
          [
            ["pics/a.png", 0, "anna", "indoors"],
            ["pics/b.png", 1, "ben", undefined],
          ],
        );
        assert.equal([keysOf(set.heldOut), keysOf(set.test)], [["pics/c.png"], ["pics/d.png"]]);
        assert.is(set.heldOutIs, "the split val; left alone: the split test");
        assert.equal(await readAll(set, [...set.training, ...set.heldOut, ...(set.test ?? [])]), ["", "", "", ""]);
        const unnamed = opened(
          await openLayout("csv", join(cwd, "labels.csv"), { fields: { merge: ["sadness -> Sad"] } }),
        );
        assert.equal(unnamed.classes, ["Sad", "happy"]);
      },
    ));

  test("shares by the names in the header; without a split a part is drawn", () =>
    inFolder(
      {
        ...pictures,
        "t.csv": `path,sad,happy\n${["a", "b", "c", "d", "e", "f"].map((name, i) => `pics/${name}.png,${i},${5 - i}e0\n`).join("")}`,
      },
      async (cwd) => {
        const set = opened(await openLayout("csv", cwd, { labels, fields: { list: "t.csv" } }));
        const all = [...set.training, ...set.heldOut].sort((x, y) => (x.key < y.key ? -1 : 1));
        assert.equal(
          all.map(({ label, target }) => [label, ...target]),
          [0, 1, 2, 3, 4, 5].map((i) => [i < 3 ? 0 : 1, Math.fround((5 - i) / 5), Math.fround(i / 5)]),
        );
        assert.is(set.heldOutWasDrawn, true);
      },
    ));

  test("a table without a split, of paths that begin with a part's folder: the folders say it", () =>
    inFolder(
      { "labels.csv": "path,label\ntrain/a.png,sad\ntrain/b.png,happy\nval/c.png,sad\ntest/d.png,happy\n" },
      async (cwd) => {
        const set = opened(await openLayout("csv", cwd, { labels }));
        assert.equal([keysOf(set.heldOut), keysOf(set.test)], [["val/c.png"], ["test/d.png"]]);
        assert.is(set.heldOutIs, "the folder val; left alone: the folder test");
        // If one path is elsewhere, they are ordinary folders.
        writeFileSync(
          join(cwd, "labels.csv"),
          "path,label\ntrain/a.png,sad\nval/c.png,sad\nmore/d.png,happy\nmore/e.png,happy\n",
        );
        assert.is(opened(await openLayout("csv", cwd, { labels })).heldOutWasDrawn, true);
      },
    ));

  test("a table that is not in the folder may lie beside the recipe, and another column may have the names", () =>
    inFolder(
      {
        ...pictures,
        "home/t.csv":
          "path,label,emotion\npics/a.png,1,happy\npics/b.png,1,happy\npics/c.png,2,sad\npics/d.png,2,sad\n",
      },
      async (cwd) => {
        const fields = { list: "t.csv", label: "emotion" };
        const set = opened(await openLayout("csv", cwd, { labels, fields, home: join(cwd, "home") }));
        assert.is(set.training.length + set.heldOut.length, 4);
        assert.equal(codesOf(await openLayout("csv", cwd, { labels, fields })), ["data/unreadable-table"]);
      },
    ));

  test("no path leaves the folder, by any way of writing it", () => {
    for (const path of [
      "../a.png",
      "/etc/passwd",
      "a/../../b",
      "C:\\a.png",
      "..\\a.png",
      "\\\\host\\a",
      "a\0b",
      "",
      ".",
      "a/..",
    ]) {
      assert.is(pathBelow(path), undefined, path);
    }
    assert.equal(["a/../b.png", "./a//b.png", "a\\b.png", "..a/b..png", "__proto__"].map(pathBelow), [
      "b.png",
      "a/b.png",
      "a/b.png",
      "..a/b..png",
      "__proto__",
    ]);
    return inFolder(
      { "d/labels.csv": "path,label\na.png,sad\n../secret.png,sad\n", "secret.png": png },
      async (cwd) => {
        const [refused] = refusals(await openLayout("csv", join(cwd, "d"), { labels }));
        assert.match(refused?.message ?? "", /line 3: the path "..\/secret.png" names no file below the folder/);
      },
    );
  });

  test("links that stand in the folder are the user's own, and are followed", () =>
    inFolder(
      { "real/a.png": png, "d/labels.csv": "path,label\nl/a.png,sad\nl/b.png,sad\nl/a.png,happy\nl/c.png,happy\n" },
      async (cwd) => {
        symlinkSync(join(cwd, "real"), join(cwd, "d/l"));
        const set = opened(await openLayout("csv", join(cwd, "d"), { labels }));
        const all = [...set.training, ...set.heldOut].sort((x, y) => (x.key < y.key ? -1 : 1));
        // The picture that occurs twice has two keys, and one file.
        assert.equal(keysOf(all), ["l/a.png", "l/a.png (line 4)", "l/b.png", "l/c.png"]);
        assert.equal(await readAll(set, all), ["", "", "data/missing-picture", "data/missing-picture"]);
      },
    ));

  for (const [why, text, code, message] of [
    ["no path", "file,label\na,b\n", "data/missing-columns", /no column path; its columns are file, label/],
    ["neither label nor classes", "path,split\na,train\n", "data/missing-columns", /no column label/],
    ["a class twice", "path,sad,Sad\na,1,2\n", "data/unreadable-table", /two columns Sad/],
    ["an empty label", "path,label\na.png, \n", "data/bad-lines", /line 2: its label is empty/],
    [
      "an unknown split",
      "path,label,split\na.png,sad,extra\n",
      "data/bad-lines",
      /split "extra" is not train, val or test/,
    ],
    ["a share that is no number", "path,sad,happy\na.png,1,x\n", "data/bad-lines", /line 2: happy is "x", no share/],
    ["a negative share", "path,sad,happy\na.png,-1,2\n", "data/bad-lines", /sad is "-1"/],
    ["shares without end", "path,sad,happy\na.png,1,Infinity\n", "data/bad-lines", /happy is "Infinity"/],
    ["no share at all", "path,sad,happy\na.png,0,0\n", "data/bad-lines", /it gives no class a share/],
    ["a row too short", "path,sad,happy\na.png,0\n", "data/bad-lines", /it has 2 fields, the first line 3/],
    ["no rows", "path,label\n", "data/no-training-pictures", /no picture to train on/],
  ] as const) {
    test(`refused: a table with ${why}`, () =>
      inFolder({ "labels.csv": text }, async (cwd) => {
        const [refused] = refusals(await openLayout("csv", cwd, { labels }));
        assert.is(refused?.code, code);
        assert.match(refused?.message ?? "", message);
      }));
  }

  test("by person, from the column", () =>
    inFolder(
      {
        "labels.csv": `path,label,person\n${Array.from({ length: 40 }, (_, i) => `${i}.png,${i % 2 === 0 ? "sad" : "happy"},p${i % 10}\n`).join("")}`,
      },
      async (cwd) => {
        const set = opened(await openLayout("csv", cwd, { labels, fields: { hold_out: "by person" } }));
        const trained = new Set(set.training.map(({ person }) => person));
        assert.ok(set.heldOut.length > 0 && set.heldOut.every(({ person }) => !trained.has(person)));
        assert.ok(warningsOf(opened(await openLayout("csv", cwd, { labels }))).includes("data/persons-shared"));
      },
    ));

  test("fifty thousand rows with shares stay small: texts are not kept for the sake of their keys", () =>
    inFolder({}, async (cwd) => {
      const noise = "0.12345678901234567890123456789,".repeat(20);
      const header = `path,${Array.from({ length: 21 }, (_, i) => `c${i}`).join()}\n`;
      const count = 50_000;
      writeFileSync(
        join(cwd, "t.csv"),
        header + Array.from({ length: count }, (_, i) => `folder/picture-${i}.png,${noise}0.5\n`).join(""),
      );
      const memory = (): number => {
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        return heapUsed + arrayBuffers;
      };
      collect();
      const before = memory();
      const source = await csvRows(cwd, join(cwd, "t.csv"), {
        label: "label",
        decode: () => Promise.reject(new Error()),
      });
      collect();
      const perRow = (memory() - before) / count;
      assert.ok("rows" in source && source.rows.length === count);
      // The text of one row alone has 690 bytes.
      assert.ok(perRow < 550, `${perRow} bytes a row`);
    }));
});
