// A table of predictions: equal to those of the built model; with several models, those of the model not trained on the picture.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type FaceExpression, generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { cellsOf } from "../support/csv.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, type Ran } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { partsSource } from "./parts-source.js";

const shown: readonly (readonly [FaceExpression, string])[] = [
  ["surprise", "surprise"],
  ["happiness", "happy"],
  ["neutral", "neutral"],
];
const pictures = Object.fromEntries(
  shown.flatMap(([expression, label]) =>
    Array.from({ length: 10 }, (_, i) => {
      const part = i < 8 ? "train" : "val";
      return [`faces/${part}/${label}/no, ${i}.png`, encodePng(generateFace(expression, i, 20))] as const;
    }),
  ),
);
const files = { "m.lfer": partsSource, ...pictures, "faces/train/happy/broken.png": "no picture" };

async function fine(cwd: string, ...args: readonly string[]): Promise<Ran> {
  const ran = await callLferc(args, cwd);
  assert.is(ran.code, 0, ran.stderr);
  return ran;
}

const teach = (cwd: string, out: string, ...more: readonly string[]): Promise<Ran> =>
  fine(cwd, ..."train m.lfer --recipe Teach --data faces --threads 1 --out".split(" "), out, ...more);

interface Table {
  readonly classes: readonly string[];
  readonly rows: ReadonlyMap<string, readonly number[]>;
}

function tableOf(text: string): Table {
  const [header, ...rows] = cellsOf(text);
  return {
    classes: (header ?? []).slice(1),
    rows: new Map(rows.map(([key = "", ...shares]) => [key, shares.map(Number)])),
  };
}

const readTable = (cwd: string, file: string): Table => tableOf(readFileSync(join(cwd, file), "utf8"));

/** The predictions of the run's ONNX file, by the pictures' paths below faces/. */
async function predicted(cwd: string, run: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const { stdout } = await callLferc(["predict", `${run}/model.onnx`, "faces", "--format", "json"], cwd);
  const found = JSON.parse(stdout) as {
    readonly pictures: readonly {
      readonly path: string;
      readonly classes?: readonly { readonly label: string; readonly probability: number }[];
    }[];
  };
  const order = shown.map(([, label]) => label);
  return new Map(
    found.pictures.flatMap(({ path, classes }) =>
      classes === undefined
        ? []
        : [
            [
              path.slice("faces/".length),
              order.map((label) => classes.find((each) => each.label === label)?.probability ?? Number.NaN),
            ] as const,
          ],
    ),
  );
}

function assertNear(actual: readonly number[] | undefined, wanted: readonly number[], what: string): void {
  const apart = Math.max(...wanted.map((share, i) => Math.abs(share - (actual?.[i] ?? Number.NaN))));
  assert.ok(apart < 1e-5, `${what}: ${actual} in the table, ${wanted} wanted`);
}

suite("lferc distill", (test) => {
  test("a run: every good picture of all parts, what its model says of it; temperature softens; a broken picture is named", () =>
    inFolder(files, async (cwd) => {
      await teach(cwd, "run");
      const ran = await fine(cwd, "distill", "run", "--data", "faces", "-o", "d.csv", "--threads", "1");
      assert.equal(codesIn(ran.stderr), ["data/not-a-picture", "data/pictures-left-out"]);
      const { classes, rows } = readTable(cwd, "d.csv");
      assert.equal(classes, ["surprise", "happy", "neutral"]);
      const wanted = await predicted(cwd, "run");
      assert.equal([...rows.keys()], [...wanted.keys()].toSorted());
      assert.is(rows.size, 30);
      for (const [key, shares] of rows) assertNear(shares, wanted.get(key) ?? [], key);
      await fine(cwd, "distill", "run", "--data", "faces", "-o", "soft.csv", "--temperature", "4");
      for (const [key, shares] of readTable(cwd, "soft.csv").rows) {
        const powers = (rows.get(key) ?? []).map((share) => share ** (1 / 4));
        const sum = powers.reduce((a, b) => a + b, 0);
        assertNear(
          shares,
          powers.map((power) => power / sum),
          `${key} at temperature 4`,
        );
      }
    }));

  test("a run of parts: each picture by the model that never saw it, pictures that none saw by the mean of all", () =>
    inFolder(files, async (cwd) => {
      await teach(cwd, "folds", "--set", "folds=3");
      const { stderr } = await fine(cwd, "distill", "folds", "--data", "faces", "-o", "d.csv");
      assert.match(stderr, "30 pictures, 3 classes, by the 3 models of folds, temperature 1");
      const { rows } = readTable(cwd, "d.csv");
      const said = [];
      for (const i of [1, 2, 3]) said.push(await predicted(cwd, `folds/fold-${i}`));
      const parts = [1, 2, 3].map(
        (i) => JSON.parse(readFileSync(join(cwd, `folds/fold-${i}/held-out.json`), "utf8")) as readonly string[],
      );
      assert.is(parts.flat().length, 24);
      for (const [key, shares] of rows) {
        const part = parts.findIndex((keys) => keys.includes(key));
        assert.is(part < 0, key.startsWith("val/"), key);
        const by = part < 0 ? said : [said[part]];
        const mean = [0, 1, 2].map(
          (c) => by.reduce((sum, of) => sum + (of?.get(key)?.[c] ?? Number.NaN), 0) / by.length,
        );
        assertNear(shares, mean, key);
      }
    }));

  test("one distribution for each class: the mean over its training pictures, told as a constant too", () =>
    inFolder(files, async (cwd) => {
      await teach(cwd, "run");
      await fine(cwd, "distill", "run", "--data", "faces", "-o", "each.csv");
      const { stdout } = await fine(cwd, "distill", "run", "--data", "faces", "-o", "class.csv", "--by-class");
      const each = readTable(cwd, "each.csv").rows;
      const numbers = [...stdout.matchAll(/\d\.\d{6}/g)].map(([number]) => Number(number));
      assert.match(stdout, /^const class_distributions = \[/);
      assert.is(numbers.length, 9);
      for (const [c, [, label]] of shown.entries()) {
        const own = [...each].filter(([key]) => key.startsWith(`train/${label}/`)).map(([, shares]) => shares);
        assert.is(own.length, 8);
        const mean = [0, 1, 2].map((i) => own.reduce((sum, shares) => sum + (shares[i] ?? 0), 0) / own.length);
        assertNear(numbers.slice(3 * c, 3 * c + 3), mean, `the constant of ${label}`);
        for (const [key, shares] of readTable(cwd, "class.csv").rows) {
          if (key.includes(`/${label}/`)) assertNear(shares, mean, key);
        }
      }
    }));

  test("a recipe reads the table back; the run knows another table from it", () =>
    inFolder(files, async (cwd) => {
      await teach(cwd, "run");
      await fine(cwd, "distill", "run", "--data", "faces", "-o", "d.csv");
      const given = (...more: readonly string[]): Promise<Ran> =>
        callLferc(
          ["train", "m.lfer", "--recipe", "Given", "--data", "faces", "--threads", "1", "--out", "g", ...more],
          cwd,
        );
      const set = ["--set", "distributions=d.csv"];
      assert.is((await given(...set)).code, 0);
      const text = readFileSync(join(cwd, "d.csv"), "utf8").replace(/^[^\n]*\n/, "path,surprise,neutral,happy\n");
      writeFileSync(join(cwd, "d.csv"), text);
      const ran = await given(...set, "--resume");
      assert.equal(
        codesIn(ran.stderr).filter((code) => code.startsWith("train/")),
        ["train/another-run"],
      );
      assert.match(ran.stderr, "its distributionsSha256 is");
      rmSync(join(cwd, "g"), { recursive: true });
      writeFileSync(join(cwd, "d.csv"), text.replace(/^"?train\/happy[^\n]*\n/gm, ""));
      const missing = await given(...set);
      assert.match(missing.stderr, "d.csv has no distribution for 8 of 30 pictures: train/happy/no, 0.png");
    }));

  test("usage is checked, and what is no run is said to be none", () =>
    inFolder(files, async (cwd) => {
      const distill = (run: string, ...more: readonly string[]): Promise<Ran> =>
        callLferc(["distill", run, "--data", "faces", "-o", "d.csv", ...more], cwd);
      for (const wrong of [
        ["--temperature", "0"],
        ["--temperature", "-1"],
        ["--threads", "0"],
        ["--data", ""],
      ]) {
        assert.is((await distill("run", ...wrong)).code, 2, wrong.join(" "));
      }
      assert.equal(codesIn((await distill("faces")).stderr), ["distill/no-run"]);
      writeFileSync(join(cwd, "run.json"), "[");
      assert.equal(codesIn((await distill(".")).stderr), ["distill/no-run"]);
    }));
});
