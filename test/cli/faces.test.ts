import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { loadDecoder } from "../../src/data/decode.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { sha256 } from "../../src/formats/digest.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const line = (...more: readonly string[]): readonly string[] => [
  "faces",
  "-o",
  "faces",
  "--count",
  "21",
  "--size",
  "24",
  ...more,
];

/** Digests of all files below a folder. */
const filesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((path) => statSync(join(folder, path)).isFile())
      .sort()
      .map((path) => [path, sha256([readFileSync(join(folder, path))])]),
  );

const rowsOf = (path: string): readonly (readonly string[])[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((row) => row.split(","));

suite("lferc faces", (test) => {
  test("writes a picture for each line of its tables, and nothing that they do not name", () =>
    inFolder({}, async (cwd) => {
      const ran = await callLferc(line(), cwd);
      assert.equal([ran.code, ran.stderr], [0, ""]);
      const folder = join(cwd, "faces");
      const [labels, distributions, votes] = ["labels.csv", "distributions.csv", "votes.csv"].map((name) =>
        rowsOf(join(folder, name)),
      );
      assert.is(labels!.length, 22);
      assert.equal(labels![0], ["path", "label", "split", "person", "group"]);
      const paths = labels!.slice(1).map(([path = ""]) => path);
      for (const table of [distributions, votes]) {
        assert.equal(
          table!.slice(1).map(([path]) => path),
          paths,
        );
      }
      for (const [path, label, split] of labels!.slice(1)) assert.ok(path!.startsWith(`${split}/${label}/`));
      for (const [, ...shares] of distributions!.slice(1)) {
        assert.ok(Math.abs(shares.reduce((sum, share) => sum + Number(share), 0) - 1) < 1e-12);
      }
      const beside = ["LICENSE.txt", "about.json", "distributions.csv", "labels.csv", "votes.csv"];
      assert.equal(Object.keys(filesIn(folder)).sort(), [...paths, ...beside].sort());
      assert.match(readFileSync(join(folder, "LICENSE.txt"), "utf8"), /public domain \(CC0 1\.0\)/);
      const decode = await loadDecoder();
      if (isProblem(decode)) throw new Error("no decoder");
      const image = await decode(readFileSync(join(folder, paths[0]!)), "face");
      assert.ok(!isProblem(image) && image.width === 24 && image.height === 24);
    }));

  test("the same line goes on with what is there, another one touches nothing", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "faces");
      assert.is((await callLferc(line(), cwd)).code, 0);
      const before = filesIn(folder);
      const [lost = ""] = Object.keys(before).filter((path) => path.endsWith(".png"));
      rmSync(join(folder, lost));
      rmSync(join(folder, "labels.csv"));
      assert.is((await callLferc(line(), cwd)).code, 0);
      assert.equal(filesIn(folder), before);
      for (const other of [
        ["--seed", "1"],
        ["--annotators", "9"],
      ]) {
        const refused = await callLferc(line(...other), cwd);
        assert.equal([refused.code, codesIn(refused.stderr)], [1, ["faces/in-the-way"]]);
      }
      assert.equal(filesIn(folder), before);
      rmSync(folder, { recursive: true });
      await callLferc(line(), cwd);
      assert.equal(filesIn(folder), before);
      writeFileSync(join(cwd, "faces", "about.json"), "{}");
      assert.is((await callLferc(line(), cwd)).code, 1);
    }));

  test("numbers out of bounds are refused before anything is written", () =>
    inFolder({}, async (cwd) => {
      for (const wrong of [
        ["--count", "2"],
        ["--count", "1e9"],
        ["--seed", "-1"],
        ["--people", "2"],
        ["--people", "22"],
        ["--size", "7"],
        ["--blends", "1.5"],
        ["--annotators", "0"],
        ["--out", ""],
      ]) {
        const ran = await callLferc(
          [...line().filter((_, i) => i < 1 || i > 2), ...wrong].concat(wrong[0] === "--out" ? [] : ["-o", "faces"]),
          cwd,
        );
        assert.is(ran.code, 2, wrong.join(" "));
      }
      assert.equal(readdirSync(cwd), []);
    }));
});
