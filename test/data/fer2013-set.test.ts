import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { cleanVotes } from "../../src/data/ferplus-set.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { codesOf, keysOf, opened, openLayout, readAll, refusals, warningsOf } from "./open-layout.js";

const seven = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"];
const pixels = (from: number): string => Array.from({ length: 48 * 48 }, (_, i) => (i + from) % 256).join(" ");

const usages = ["Training", "Training", "PublicTest", "Training", "PrivateTest", "Training"];
const emotions = [0, 3, 6, 5, 4, 3];
const table = (line = (i: number) => `${emotions[i]},${pixels(i)},${usages[i]}`): string =>
  `emotion,pixels,Usage\n${usages.map((_, i) => `${line(i)}\n`).join("")}`;

suite("FER2013", (test) => {
  test("three usages; numbers are names; pixels are greys in their order", () =>
    inFolder({ "fer2013.csv": table() }, async (cwd) => {
      for (const place of [cwd, join(cwd, "fer2013.csv")]) {
        const set = opened(await openLayout("fer2013", place, { labels: seven }));
        assert.equal(
          set.training.map(({ key, label }) => [key, label]),
          [
            ["fer2013.csv/1", 0],
            ["fer2013.csv/2", 3],
            ["fer2013.csv/4", 5],
            ["fer2013.csv/6", 3],
          ],
        );
        assert.equal([keysOf(set.heldOut), keysOf(set.test)], [["fer2013.csv/3"], ["fer2013.csv/5"]]);
        assert.is(set.heldOutIs, "PublicTest; left alone: PrivateTest");
        const read = await set.read(set.training[2]!);
        if (isProblem(read)) throw new Error("a good row");
        assert.equal([read.image.width, read.image.height], [48, 48]);
        assert.equal([...read.image.pixels.subarray(0, 9)], [3, 3, 3, 4, 4, 4, 5, 5, 5]);
      }
    }));

  test("columns in any order and case, quotes, line ends of Windows, a mark at the beginning: the same pictures", () =>
    inFolder(
      {
        "a/fer2013.csv": table(),
        "b/fer2013.csv": `\uFEFF${table((i) => `${usages[i]},${emotions[i]},"${pixels(i)}"`)
          .replace("emotion,pixels,Usage", " usage,Emotion, pixels")
          .replaceAll("\n", "\r\n")}`,
      },
      async (cwd) => {
        const [a, b] = await Promise.all(
          ["a", "b"].map(async (name) => {
            const set = opened(await openLayout("fer2013", join(cwd, name), { labels: seven }));
            const read = await Promise.all([...set.training, ...set.heldOut].map((sample) => set.read(sample)));
            return read.map((found) => (isProblem(found) ? found.diagnose({}).message : found.digest));
          }),
        );
        assert.equal(a, b);
        assert.is(new Set(a).size, 5);
      },
    ));

  for (const [why, line, message] of [
    ["an emotion beyond 6", "7,1 2,Training", /line 8: emotion "7" is not a number from 0 to 6/],
    ["no emotion", ",1 2,Training", /line 8: emotion ""/],
    ["a usage of nobody", "1,1 2,Extra", /line 8: Usage "Extra"/],
    ["a field too few", "1,1 2", /line 8: it has 2 fields, the first line 3/],
    ["quotes that do not close", '1,"1 2,Training', /the quotes that open in line 8 do not close/],
  ] as const) {
    test(`a row with ${why} refuses the table by its line`, () =>
      inFolder({ "fer2013.csv": `${table()}${line}\n` }, async (cwd) => {
        const [refused] = refusals(await openLayout("fer2013", cwd, { labels: seven }));
        assert.match(refused?.message ?? "", message);
      }));
  }

  test("missing columns are named, with those that are there", () =>
    inFolder({ "fer2013.csv": "emotion,pixels\n1,2\n" }, async (cwd) => {
      const [refused] = refusals(await openLayout("fer2013", cwd, { labels: seven }));
      assert.match(refused?.message ?? "", /has no column Usage; its columns are emotion, pixels/);
      writeFileSync(join(cwd, "fer2013.csv"), "");
      assert.equal(codesOf(await openLayout("fer2013", cwd, { labels: seven })), ["data/unreadable-table"]);
    }));

  test("pixels that are none are a broken picture, named by its line, and the others are read", () =>
    inFolder({ "fer2013.csv": table() }, async (cwd) => {
      const bad = ["1 2 3", `${pixels(0)} 1`, pixels(0).replace("255", "256"), pixels(0).replace("77", "-7"), ""];
      for (const text of bad) appendFileSync(join(cwd, "fer2013.csv"), `1,${text},Training\n`);
      const set = opened(await openLayout("fer2013", cwd, { labels: seven }));
      assert.equal(await readAll(set, set.training), ["", "", "", "", ...bad.map(() => "data/bad-pixels")]);
      const read = await set.read(set.training[6]!);
      assert.match(
        isProblem(read) ? read.diagnose({}).message : "",
        /line 10: "256" is not a grey value from 0 to 255/,
      );
      truncateSync(join(cwd, "fer2013.csv"), 100);
      assert.equal(await readAll(set, set.training.slice(0, 1)), ["data/bad-pixels"]);
    }));

  test("a line without end is refused, not read into memory", () =>
    inFolder({ "fer2013.csv": `emotion,pixels,Usage\n1,${" 1".repeat(2 ** 20)}` }, async (cwd) => {
      const [refused] = refusals(await openLayout("fer2013", cwd, { labels: seven }));
      assert.match(refused?.message ?? "", /line 2 has more than 1048576 bytes/);
    }));
});

const header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";
const eight = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"];
const votes = [
  "4,0,0,1,3,2,0,0,0,0",
  "0,10,0,0,0,0,0,0,0,0",
  "6,0,1,1,0,0,0,0,2,0",
  "2,0,0,0,0,0,0,0,8,0",
  "0,0,6,0,0,0,4,0,0,0",
  "0,0,0,0,0,0,0,0,0,10",
];
const names = ["fer0000000.png", "fer0000001.png", "fer0000007.png", "fer0000008.png", "fer0000009.png", ""];
const voted = (rows = votes): string =>
  `${header}${rows.map((row, i) => `${usages[i]},${names[i]},${row}\n`).join("")}`;

suite("FER+", (test) => {
  test("votes are joined by the order of rows, cleaned, and shares of what is left", () =>
    inFolder({ "fer2013.csv": table(), "fer2013new.csv": voted() }, async (cwd) => {
      const set = opened(await openLayout("ferplus", cwd, { labels: eight }));
      const rounded = (target: Float32Array) => [...target].map((share) => Number(share.toFixed(6)));
      assert.equal(
        set.training.map(({ key, label, target }) => [key, label, rounded(target)]),
        [
          ["fer2013.csv/1", 0, [0.444444, 0, 0, 0, 0.333333, 0.222222, 0, 0]],
          ["fer2013.csv/2", 1, [0, 1, 0, 0, 0, 0, 0, 0]],
        ],
      );
      assert.equal([keysOf(set.heldOut), keysOf(set.test)], [["fer2013.csv/3"], ["fer2013.csv/5"]]);
      // "unknown" has votes left here: they are removed, and the rest is normalised.
      assert.equal(rounded(set.heldOut[0]!.target), [1, 0, 0, 0, 0, 0, 0, 0]);
      assert.ok(warningsOf(set).includes("data/votes-left-out"));
      assert.equal(await readAll(set, set.training), ["", ""]);
      const kept = opened(await openLayout("ferplus", cwd, { labels: eight, fields: { single_votes: "keep" } }));
      assert.equal(rounded(kept.heldOut[0]!.target), [0.75, 0, 0.125, 0.125, 0, 0, 0, 0]);
    }));

  test("a majority is more than half of the votes", () =>
    inFolder({ "fer2013.csv": table(), "fer2013new.csv": voted() }, async (cwd) => {
      const set = opened(await openLayout("ferplus", cwd, { labels: eight, fields: { labels: "majority" } }));
      assert.equal(
        [...set.training, ...set.heldOut].map(({ key, label }) => [key, label]),
        [
          ["fer2013.csv/2", 1],
          ["fer2013.csv/3", 0],
        ],
      );
      assert.equal([...set.training[0]!.target], [0, 1, 0, 0, 0, 0, 0, 0]);
    }));

  test("half of the votes is no majority, and slips alone are no label", () => {
    const majority = { labels: "majority", singleVotes: "drop" } as const;
    assert.is(cleanVotes([5, 5, 0, 0, 0, 0, 0, 0, 0, 0], majority), "undecided");
    assert.is(cleanVotes([5, 2, 2, 1, 0, 0, 0, 0, 0, 0], { ...majority, singleVotes: "keep" }), "undecided");
    assert.equal(cleanVotes([5, 2, 2, 1, 0, 0, 0, 0, 0, 0], majority), { class: 0 });
    assert.is(cleanVotes(Array(10).fill(1), { ...majority, labels: "distribution" }), "undecided");
    // A class with as many votes as "unknown" wins.
    assert.equal(cleanVotes([0, 0, 0, 5, 0, 0, 0, 0, 5, 0], { ...majority, labels: "distribution" }), {
      class: 3,
      shares: Float32Array.of(0, 0, 0, 5, 0, 0, 0, 0),
    });
  });

  test("a model of seven classes leaves contempt out, or takes it for another", () =>
    inFolder(
      { "fer2013.csv": table(), "fer2013new.csv": voted(["0,0,0,0,6,0,0,4,0,0", ...votes.slice(1)]) },
      async (cwd) => {
        const labels = eight.slice(0, 7);
        assert.equal(codesOf(await openLayout("ferplus", cwd, { labels })), ["data/unknown-class"]);
        const left = opened(await openLayout("ferplus", cwd, { labels, fields: { leave_out: ["contempt"] } }));
        assert.equal([...left.training[0]!.target], [0, 0, 0, 0, 1, 0, 0]);
        const merged = opened(await openLayout("ferplus", cwd, { labels, fields: { merge: ["contempt -> disgust"] } }));
        assert.equal([...merged.training[0]!.target], [0, 0, 0, 0, Math.fround(0.6), Math.fround(0.4), 0]);
      },
    ));

  test("tables that do not belong together are refused: a row less, another order", () =>
    inFolder({ "fer2013.csv": table(), "fer2013new.csv": voted(votes.slice(1)) }, async (cwd) => {
      assert.equal(codesOf(await openLayout("ferplus", cwd, { labels: eight })), ["data/rows-do-not-match"]);
      writeFileSync(join(cwd, "fer2013new.csv"), voted().replace("PublicTest", "Training"));
      const [refused] = refusals(await openLayout("ferplus", cwd, { labels: eight }));
      assert.match(refused?.message ?? "", /line 4 is Training, but that row of .*fer2013.csv is PublicTest/);
      writeFileSync(join(cwd, "fer2013new.csv"), voted().replace(",10,", ",ten,"));
      assert.equal(codesOf(await openLayout("ferplus", cwd, { labels: eight })), ["data/bad-lines"]);
    }));
});
