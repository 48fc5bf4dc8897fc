import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import * as assert from "uvu/assert";
import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { layoutsOnDisk } from "../house/layouts-on-disk.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const face = (seed: number, size = 20): Uint8Array => encodePng(generateFace("happiness", seed, size));

interface Summary {
  readonly layout: string;
  readonly splits: readonly string[];
  readonly pictures: number;
  readonly classes: readonly { readonly name: string; readonly pictures: Readonly<Record<string, number>> }[];
  readonly sizes: Readonly<Record<string, readonly number[]>>;
  readonly smallerThan: { readonly pictures: number };
  readonly formats: Readonly<Record<string, number>>;
  readonly grey: number;
  readonly bad: readonly { readonly path: string; readonly code: string }[];
  readonly copies: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly persons: { readonly count: number; readonly onSeveralSides: Readonly<Record<string, readonly string[]>> };
  readonly warnings: readonly { readonly code: string }[];
}

async function summaryOf(cwd: string, ...more: readonly string[]): Promise<Summary> {
  const ran = await callLferc(["data", "d", "--format", "json", ...more], cwd);
  assert.is(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout) as Summary;
}

/** A data set with every kind of finding, in a few files. */
const files = async (): Promise<Readonly<Record<string, string | Uint8Array>>> => ({
  "d/train/happy/a.png": face(1),
  "d/train/happy/b.png": face(2, 30),
  "d/train/happy/b-again.png": face(2, 30),
  "d/train/happy/c.jpg": await sharp(face(3, 40)).jpeg().toBuffer(),
  "d/train/sad/grey.png": await sharp(face(4)).greyscale().png().toBuffer(),
  "d/train/sad/broken.png": face(5).subarray(0, 60),
  "d/train/sad/same-as-happy.png": face(1),
  "d/test/happy/from-train.png": face(2, 30),
  "d/test/happy/.DS_Store": "",
  "d/test/Thumbs.db": "",
  "d/notes.txt": "",
});

suite("lferc data", (test) => {
  test("counts what lies there and names what a person would want to know", async () =>
    inFolder(await files(), async (cwd) => {
      const found = await summaryOf(cwd, "--size", "25");
      assert.is(found.pictures, 7);
      assert.equal(found.classes, [
        { name: "happy", pictures: { train: 4, test: 1 } },
        { name: "sad", pictures: { train: 2, test: 0 } },
      ]);
      assert.equal(found.sizes, { smallest: [20, 20], median: [30, 30], largest: [40, 40] });
      assert.is(found.smallerThan.pictures, 3);
      assert.equal(found.formats, { PNG: 6, JPEG: 1 });
      assert.is(found.grey, 1);
      assert.equal(
        found.bad.map(({ path, code }) => [path, code]),
        [["train/sad/broken.png", "data/corrupt-picture"]],
      );
      assert.equal(found.copies, {
        acrossSplits: [["train/happy/b-again.png", "train/happy/b.png", "test/happy/from-train.png"]],
        withinSplit: [["train/happy/a.png", "train/sad/same-as-happy.png"]],
        twoLabels: [["train/happy/a.png", "train/sad/same-as-happy.png"]],
      });
      assert.equal(
        found.warnings.map(({ code }) => code),
        [
          "data/corrupt-picture",
          "look/bad-pictures",
          "data/missing-classes",
          "look/few-pictures",
          "look/same-across-splits",
          "look/same-within-split",
          "look/two-labels",
          "look/grey-among-colours",
          "look/small-pictures",
        ],
      );
      const pretty = await callLferc(["data", "d", "--size", "25"], cwd);
      assert.is(pretty.code, 0);
      assert.match(pretty.stdout, /^happy +4 +1 +5\nsad +2 +0 +2\nall +6 +1 +7$/m);
      assert.equal(
        codesIn(pretty.stderr),
        found.warnings.map(({ code }) => code),
      );
      assert.ok(pretty.stdout.split("\n").every((line) => line.length <= 80));
    }));

  test("a table says of which class, split and person its pictures are, also where they are gone", async () =>
    inFolder(
      {
        ...(await files()),
        "d/labels.csv":
          'path,label,split,person\ntrain/happy/a.png,joy,train,anna\n"test/happy/from-train.png",joy,val,anna\n' +
          "train/happy/c.jpg,grief,test,ben\ngone.png,grief,train,\n",
      },
      async (cwd) => {
        const found = await summaryOf(cwd);
        assert.is(found.layout, "csv");
        assert.equal(found.classes, [
          { name: "grief", pictures: { train: 0, validation: 0, test: 1 } },
          { name: "joy", pictures: { train: 1, validation: 1, test: 0 } },
        ]);
        assert.equal(
          found.bad.map(({ path, code }) => [path, code]),
          [["gone.png", "data/missing-picture"]],
        );
        assert.equal([found.persons.count, found.persons.onSeveralSides], [2, { anna: ["train", "validation"] }]);
        assert.ok(found.warnings.some(({ code }) => code === "look/person-on-several-sides"));
      },
    ));

  test("every layout of a data set is known by what lies there, a table too", async () => {
    const place = layoutsOnDisk();
    for (const [where, layout, pictures, splits, formats] of [
      ["raf", "raf_db", 15, ["train", "test"], { PNG: 15 }],
      ["affect", "affectnet", 12, [""], { PNG: 12 }],
      ["fer", "ferplus", 12, [""], { "pixels in a table": 12 }],
      ["fer/fer2013.csv", "ferplus", 12, [""], { "pixels in a table": 12 }],
      ["faces", "csv", 12, [""], { PNG: 12 }],
      ["faces/more.csv", "csv", 12, [""], { PNG: 12 }],
    ] as const) {
      const ran = await callLferc(["data", where, "--format", "json"], place);
      assert.is(ran.code, 0, ran.stderr);
      const found = JSON.parse(ran.stdout) as Summary;
      assert.equal([found.layout, found.pictures, found.splits], [layout, pictures, splits], where);
      assert.equal(found.formats, formats, where);
    }
    const refused = await callLferc(["data", "raf/EmoLabel/list_patition_label.txt"], place);
    assert.equal([refused.code, codesIn(refused.stderr)], [1, ["data/unreadable-folder"]]);
  });

  test("a manifest is written, then compared; a difference is told, exit 1, and nothing is written over", () =>
    inFolder({ "d/a/1.png": face(1), "d/a/2.png": face(2), "d/b/3.png": face(3) }, async (cwd) => {
      for (const file of ["m.json", "m.csv"]) {
        cpSync(join(cwd, "d"), join(cwd, "e"), { recursive: true });
        const written = await callLferc(["data", "e", "--manifest", file], cwd);
        assert.is(written.code, 0, written.stderr);
        const text = readFileSync(join(cwd, file), "utf8");
        const same = await callLferc(["data", "e", "--manifest", file], cwd);
        assert.equal([same.code, /byte for byte/.test(same.stderr)], [0, true]);
        rmSync(join(cwd, "e/a/1.png"));
        writeFileSync(join(cwd, "e/b/3.png"), face(9));
        writeFileSync(join(cwd, "e/b/4.png"), face(4));
        const other = await callLferc(["data", "e", "--manifest", file], cwd);
        assert.is(other.code, 1);
        assert.ok(codesIn(other.stderr).includes("look/other-data"));
        for (const path of ["1 missing (a/1.png)", "1 new (b/4.png)", "1 with other content (b/3.png)"]) {
          assert.ok(other.stderr.includes(path), other.stderr);
        }
        assert.is(readFileSync(join(cwd, file), "utf8"), text);
        rmSync(join(cwd, "e"), { recursive: true });
      }
      writeFileSync(join(cwd, "m.json"), "notes");
      const refused = await callLferc(["data", "d", "--manifest", "m.json"], cwd);
      assert.equal([refused.code, codesIn(refused.stderr).at(-1)], [1, "look/bad-manifest"]);
      assert.is(readFileSync(join(cwd, "m.json"), "utf8"), "notes");
    }));

  test("a sheet shows good pictures of every class, and is the same each time", async () =>
    inFolder(await files(), async (cwd) => {
      for (const file of ["s.svg", "s.html"]) {
        const line = ["data", "d", "--sheet", file];
        assert.is((await callLferc(line, cwd)).code, 0);
        const text = readFileSync(join(cwd, file), "utf8");
        assert.is(text.match(/<image /g)?.length, 7);
        assert.not.match(text, /broken\.png/);
        await callLferc(line, cwd);
        assert.is(readFileSync(join(cwd, file), "utf8"), text);
      }
      const refused = await callLferc(["data", "d", "--sheet", "s.png"], cwd);
      assert.equal([refused.code, codesIn(refused.stderr)], [2, ["tool/wrong-usage"]]);
      assert.not.ok(existsSync(join(cwd, "s.png")));
    }));

  test("without splits there is one column, and what cannot be looked at is refused by a code", () =>
    inFolder(
      {
        "d/a/1.png": face(1),
        "none/x.txt": "",
        "hollow/a/x.txt": "",
        "bad/a/1.png": face(1),
        "bad/labels.csv": 'path,label\n"',
      },
      async (cwd) => {
        assert.match((await callLferc(["data", "d"], cwd)).stdout, /^class +all\na +1\n/m);
        for (const [folder, code] of [
          ["nowhere", "data/unreadable-folder"],
          ["none", "data/no-class-folders"],
          ["hollow", "data/no-pictures"],
          ["bad", "data/unreadable-table"],
          ["", "tool/no-such-path"],
        ] as const) {
          const ran = await callLferc(["data", folder], cwd);
          assert.equal([ran.code, codesIn(ran.stderr)], [1, [code]]);
        }
      },
    ));
});
