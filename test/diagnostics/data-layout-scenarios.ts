import { truncateSync } from "node:fs";
import { join } from "node:path";
import { encodePng } from "../../src/data/png.js";
import type { DataLayout } from "../../src/data/recognise-layout.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { PlainValue } from "../../src/recipe/thing.js";
import { formulaPicture } from "../data/formula-picture.js";
import { npyFile } from "../data/npy-file.js";
import { openLayout } from "../data/open-layout.js";
import { inFolder } from "../support/lferc.js";

const png = encodePng(formulaPicture(8, 8));
const labels = ["happiness", "sadness"];

type Files = Readonly<Record<string, string | Uint8Array>>;
type Fields = Readonly<Record<string, PlainValue>>;

/** All messages about a data set when it is opened and its pictures are read. */
const opening =
  (layout: DataLayout, files: Files, fields: Fields = {}, change: (cwd: string) => void = () => {}) =>
  (): Promise<readonly string[]> =>
    inFolder(files, async (cwd) => {
      const set = await openLayout(layout, cwd, { labels, fields });
      if (!("read" in set)) return set.map((problem) => problem.diagnose({}).code);
      change(cwd);
      const read = await Promise.all(set.training.map((sample) => set.read(sample)));
      return [...set.warnings, ...read.filter(isProblem)].map((problem) => problem.diagnose({}).code);
    });

/** A table of ten pictures, with the `person` of each after its number. */
const table = (person: (i: number) => string, split: (i: number) => string = () => "train"): Files => ({
  "labels.csv": `path,label,person,split\n${Array.from({ length: 10 }, (_, i) => `${i}.png,${i % 2 === 0 ? "happy" : "sad"},${person(i)},${split(i)}\n`).join("")}`,
});

const simple = table((i) => `p${i % 5}`);
const raf: Files = { "EmoLabel/list_patition_label.txt": "train_1.jpg 4\ntrain_2.jpg 9\n", "Image/aligned/x": "" };
const fer = (...rows: readonly string[]): string => `emotion,pixels,Usage\n${rows.join("\n")}\n`;
const greys = Array(48 * 48)
  .fill("7")
  .join(" ");
const pixels = fer(`3,${greys},Training`, `4,${greys},Training`, `3,1 2 3,Training`, `4,${greys},PublicTest`);
const votes = (...rows: readonly string[]): string =>
  `Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n${rows.join("\n")}\n`;
const voted = [
  "Training,a,0,10,0,0,0,0,0,0,0,0",
  "Training,b,0,0,0,10,0,0,0,0,0,0",
  "Training,c,0,0,0,0,0,0,0,0,10,0",
  "PublicTest,d,0,10,0,0,0,0,0,0,0,0",
];
const affect: Files = {
  ...Object.fromEntries(
    ["1", "2", "1", "2"].flatMap((expression, i) => [
      [`train_set/images/${i}.jpg`, png],
      [`train_set/annotations/${i}_exp.npy`, npyFile(expression)],
      [`train_set/annotations/${i}_lnd.npy`, npyFile(Array(136).fill(5))],
    ]),
  ),
};
const numbered: Files = {
  ...Object.fromEntries(
    [1, 2, 3].flatMap((i) => [4, 5].map((folder) => [`train/${folder}/train_${folder}${i}.jpg`, png])),
  ),
};

/** Provokes each diagnostic of data with tables and lists. */
export const dataLayoutScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "data/another-layout": opening("raf_db", simple),
  "data/unreadable-table": opening("csv", {}),
  "data/missing-columns": opening("csv", { "labels.csv": "file,label\na.png,sad\n" }),
  "data/bad-lines": opening("raf_db", raf),
  "data/no-such-class": opening("csv", simple, { leave_out: ["anger"] }),
  "data/class-said-twice": opening("csv", simple, { leave_out: ["sad", "sad"] }),
  "data/bad-merge": opening("csv", simple, { merge: ["sad"] }),
  "data/no-classes-left": opening("csv", simple, { leave_out: ["sad", "happy"] }),
  "data/bad-name-pattern": opening("csv", simple, { person: "*" }),
  "data/no-person": opening(
    "csv",
    table(() => ""),
    { hold_out: "by person" },
  ),
  "data/person-on-both-sides": opening(
    "csv",
    table(
      (i) => `p${i % 5}`,
      (i) => (i < 8 ? "train" : "val"),
    ),
    { hold_out: "by person" },
  ),
  "data/persons-shared": opening(
    "csv",
    table((i) => `p${i % 2}`),
  ),
  "data/held-out-twice": opening(
    "csv",
    table(
      () => "",
      (i) => (i < 8 ? "train" : "val"),
    ),
    { held_out: 0.2 },
  ),
  "data/labels-disagree": opening("raf_db", { ...numbered, "train_labels.csv": "image,label\ntrain_41.jpg,5\n" }),
  "data/rows-do-not-match": opening("ferplus", { "fer2013.csv": pixels, "fer2013new.csv": votes(voted[0] ?? "") }),
  "data/usages-do-not-match": opening("ferplus", {
    "fer2013.csv": pixels,
    "fer2013new.csv": votes(...voted.toReversed()),
  }),
  "data/votes-left-out": opening("ferplus", { "fer2013.csv": pixels, "fer2013new.csv": votes(...voted) }),
  "data/bad-pixels": opening("fer2013", { "fer2013.csv": pixels }, {}, (cwd) =>
    truncateSync(join(cwd, "fer2013.csv"), 9),
  ),
  "data/bad-annotation": opening("affectnet", { ...affect, "train_set/annotations/0_exp.npy": "x" }),
  "data/cannot-align": opening("affectnet", affect, { align: "box" }),
  "data/no-face": opening("affectnet", affect, { align: "five_points" }),
};
