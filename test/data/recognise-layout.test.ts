import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { plainData } from "../../src/data/open-data-set.js";
import { recogniseLayout } from "../../src/data/recognise-layout.js";
import { recipeSignatures } from "../../src/recipe/signatures.js";
import { layoutsOnDisk } from "../house/layouts-on-disk.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { openLayout } from "./open-layout.js";

const seven = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((number) => [`train/${number}/a.jpg`, "x"]));

suite("the layout of a folder, by what lies in it", (test) => {
  for (const [layout, files] of [
    ["raf_db", { "EmoLabel/list.txt": "", "Image/aligned/a.jpg": "" }],
    ["raf_db", { "basic/EmoLabel/list.txt": "", "basic/Image/aligned/a.jpg": "" }],
    ["raf_db", seven],
    ["raf_db", Object.fromEntries(Object.keys(seven).map((path) => [`DATASET/${path}`, "x"]))],
    ["raf_db", { ...seven, "train/.DS_Store": "x", "labels.csv": "path,label\n" }],
    ["folder", { "train/1/a.jpg": "x", "train/2/a.jpg": "x" }],
    ["affectnet", { "training.csv": "subDirectory_filePath,expression\n" }],
    ["affectnet", { "Manually_Annotated_file_lists/training.csv": "subDirectory_filePath,expression\n" }],
    ["affectnet", { "train_set/annotations/0_exp.npy": "x" }],
    ["fer2013", { "fer2013.csv": "emotion,pixels,Usage\n" }],
    ["ferplus", { "fer2013.csv": "emotion, pixels, Usage\n", "fer2013new.csv": "Usage,Image name,neutral\n" }],
    ["csv", { "labels.csv": '\uFEFF"path","label"\r\n', "pics/a.png": "x" }],
    ["folder", { "labels.csv": "name,age\n", "happy/a.png": "x" }],
    ["folder", { "labels.csv": "path,person,group\n", "happy/a.png": "x" }],
    ["folder", { "happy/a.png": "x", "notes.txt": "x" }],
    [undefined, { "a.png": "x", "__MACOSX/a.png": "x", ".git/a": "x" }],
    [undefined, {}],
  ] as const) {
    test(`${layout ?? "none"}: ${Object.keys(files).slice(0, 3).join(", ") || "an empty folder"}`, () =>
      inFolder(files as Readonly<Record<string, string>>, async (cwd) =>
        assert.is(await recogniseLayout(cwd), layout),
      ));
  }

  test("a table by itself; what is no table, no folder, or not there is none", () =>
    inFolder(
      { "a.csv": "path,sad,happy\n", "b.csv": "emotion,pixels,Usage\n", "c.txt": "x", "d.csv": "x".repeat(100_000) },
      async (cwd) => {
        const of = (name: string) => recogniseLayout(join(cwd, name));
        assert.equal(await Promise.all(["a.csv", "b.csv", "c.txt", "d.csv", "e"].map(of)), [
          "csv",
          "fer2013",
          undefined,
          undefined,
          undefined,
        ]);
        mkdirSync(join(cwd, "labels.csv"));
        assert.is(await recogniseLayout(cwd), "folder");
        assert.is(await recogniseLayout("/dev/zero"), undefined);
      },
    ));

  test("what is recognised can be opened without a recipe and without a model", async () => {
    const place = layoutsOnDisk();
    for (const [name, layout] of [
      ["raf", "raf_db"],
      ["affect", "affectnet"],
      ["fer", "ferplus"],
      ["faces", "csv"],
    ] as const) {
      assert.is(await recogniseLayout(join(place, name)), layout);
      const set = await openLayout(layout, join(place, name));
      assert.ok("read" in set && set.classes.length >= 3, name);
    }
  });

  test("each layout of the language has a plain form, with every parameter as it is meant when left out", () => {
    for (const { sort, name, parameters } of recipeSignatures) {
      if (sort !== "data") continue;
      const { fields } = plainData(name as "csv");
      assert.equal(
        Object.entries(fields),
        parameters.map((parameter) => [parameter.name, parameter.default]),
      );
    }
  });
});
