import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePng } from "../../src/data/png.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { readAnswersTable } from "../../src/judging/answers-table.js";
import { claimRun } from "../../src/training/run-claim.js";
import { formulaPicture } from "../data/formula-picture.js";
import { callLferc, reportedCodes } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { smallSource } from "../training/small-course.js";
import { stillRun } from "../training/still-run.js";

const png = encodePng(formulaPicture(8, 8));

const pictures = (folder: string, count: number): Readonly<Record<string, Uint8Array>> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, png]));

const classes = ["surprise", "happy", "neutral"];
const faces = (folder: string, count: number): Readonly<Record<string, Uint8Array>> =>
  Object.assign({}, ...classes.map((name) => pictures(`${folder}/${name}`, count)));

const tiny = smallSource({ run: "batch: 4, epochs: 1" });

const files = {
  "m.lfer": tiny,
  "fast.lfer": smallSource({ optimizer: "sgd(lr: 1e30)", run: "batch: 16, epochs: 2" }),
  "crop.lfer": smallSource({ augment: "[random_resized_crop(scale: [0, 1], ratio: [1, 1])]" }),
  "bare.lfer": tiny.replace(/ = picture\(.*\)/, ""),
  "unnamed.lfer": tiny.replace(/: labels\(.*\)/, ""),
  "cats.lfer": tiny.replace("neutral", "cat"),
  "taught.lfer": smallSource({
    teacher: 'frozen(Small, weights: "gone.safetensors")',
    loss: "kl(softmax(teacher.logits), student.logits)",
  }),
  file: "",
  "loose/a.png": png,
  ...faces("good", 6),
  ...faces("notes", 6),
  "notes/readme.txt": "",
  ...faces("strange", 6),
  "strange/cats/a.png": png,
  ...pictures("two/a", 5),
  ...pictures("two/b", 5),
  ...faces("missing/train", 6),
  "missing/train/neutral/0.png": "",
  ...pictures("less/happy", 10),
  "hollow/train/happy/note.txt": "",
  ...faces("single", 1),
  ...faces("broken", 6),
  "broken/happy/0.png": png.subarray(0, 60),
  ...Object.fromEntries(classes.map((name) => [`ruined/train/${name}/a.png`, "x"] as const)),
  "ruined/val/happy/b.png": "x",
  ...faces("split/train", 4),
  ...faces("split/val", 1),
  ...faces("split/test", 1),
  ...faces("parts/train", 4),
  ...faces("parts/extra", 1),
  ...faces("merged", 6),
  ...pictures("merged/Happiness", 3),
  ...faces("lost", 6),
  ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((i) => [`lost/happy/${i}.png`, "x"] as const)),
  "old/notes.txt": "mine",
  "damaged/state.json": "{",
} as const;

const training =
  (model: string, ...args: readonly string[]) =>
  (): Promise<readonly string[]> =>
    inFolder(files, (cwd) => reportedCodes(["train", model, "--recipe", "Try", "--threads", "1", ...args], cwd));

const onFolder = (folder: string, model = "m.lfer") => training(model, "--data", folder);

const taught = smallSource({
  teacher: 'frozen(Large, weights: "teacher.safetensors")',
  loss: "kl(softmax(teacher.logits), student.logits)",
});
const largeModel = (labels: string): string =>
  /model Small[^}]*}/
    .exec(taught)?.[0]
    .replace("Small", "Large")
    .replace(/: labels\(.*\)/, labels) ?? "";

/** Trains with a teacher without labels, whose file has these. */
const learning = (labels: string) => (): Promise<readonly string[]> =>
  inFolder(
    { ...files, "taught.lfer": taught + largeModel(""), "large.lfer": `lfer 1\n\n${largeModel(labels)}\n` },
    async (cwd) => {
      const build = ["build", "large.lfer", "--target", "safetensors", "-o", "teacher.safetensors"];
      const { code, stderr } = await callLferc(build, cwd);
      const args = ["train", "taught.lfer", "--recipe", "Try", "--threads", "1", "--data", "good"];
      return code === 0 ? reportedCodes(args, cwd) : [stderr];
    },
  );

const ofGood = ["train", "m.lfer", "--recipe", "Try", "--threads", "1", "--data", "good"];

/** The result of resuming a run after a change in its folder. */
const resuming =
  (
    change: (run: string, train: (out: string, ...args: readonly string[]) => Promise<unknown>) => unknown,
    ...args: readonly string[]
  ) =>
  (): Promise<readonly string[]> =>
    inFolder(files, async (cwd) => {
      const train = (out: string, ...more: readonly string[]) => callLferc([...ofGood, "--out", out, ...more], cwd);
      if ((await train("run")).code !== 0) return [];
      await change(join(cwd, "run"), train);
      return codesIn((await train("run", "--resume", ...args)).stderr);
    });

/** Provokes each diagnostic of data sets and of training. */
export const trainScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "data/unreadable-folder": onFolder("nowhere"),
  "data/no-class-folders": onFolder("loose"),
  "data/unknown-class": onFolder("strange"),
  "data/unknown-split": onFolder("parts"),
  "data/folders-of-one-class": onFolder("merged"),
  "data/class-unreadable": onFolder("lost"),
  "data/class-count": onFolder("two", "unnamed.lfer"),
  "data/missing-classes": onFolder("less"),
  "data/no-training-pictures": onFolder("hollow"),
  "data/nothing-held-out": onFolder("single"),
  "data/files-left-out": onFolder("notes"),
  "data/pictures-left-out": onFolder("broken"),
  "data/bad-answers": async () => {
    const found = readAnswersTable("path,label,answer,happy\na.png,sad,happy,1\n", "run/answers.csv");
    return isProblem(found) ? [found.diagnose({}).code] : [];
  },
  "data/no-such-faces": onFolder("generated", "cats.lfer"),
  "data/bad-crop-range": onFolder("generated", "crop.lfer"),
  "recipe/unknown-recipe": () => inFolder(files, (cwd) => reportedCodes(["train", "m.lfer", "--recipe", "Tri"], cwd)),
  "recipe/which-recipe": () =>
    inFolder({ "m.lfer": `${tiny}${tiny.slice(tiny.indexOf("recipe Try")).replace("Try", "Other")}` }, (cwd) =>
      reportedCodes(["train", "m.lfer", "--data", "generated"], cwd),
    ),
  "recipe/unknown-setting": training("m.lfer", "--set", "sise=8"),
  "train/no-data": training("m.lfer"),
  "train/no-picture-input": onFolder("good", "bare.lfer"),
  "train/too-few-pictures": training("m.lfer", "--data", "generated", "--limit", "3"),
  "train/no-good-pictures": onFolder("ruined"),
  "train/teacher-unreadable": onFolder("good", "taught.lfer"),
  "train/teacher-classes-unknown": learning(""),
  "train/teacher-classes-differ": learning(`: labels(["a", "b", "c"])`),
  "train/not-finite": training("fast.lfer", "--data", "generated", "--limit", "48"),
  "train/run-exists": training("m.lfer", "--data", "good", "--out", "old"),
  "train/cannot-write": training("m.lfer", "--data", "good", "--out", "file/run"),
  "train/bad-checkpoint": training("m.lfer", "--data", "good", "--out", "damaged", "--resume"),
  "train/another-run": resuming(() => undefined, "--seed", "1"),
  "train/edited-run": resuming((run) => {
    const path = join(run, "run.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"lr": 0.01', '"lr": 0.02'));
  }),
  "train/state-of-another-run": resuming(async (run, again) => {
    await again("other", "--seed", "1");
    for (const name of ["state.json", "state-1.safetensors"]) cpSync(join(run, "../other", name), join(run, name));
  }),
  "train/run-in-use": () =>
    inFolder(files, async (cwd) => {
      const claim = await claimRun(join(cwd, "run"), false);
      const { stderr } = await callLferc([...ofGood, "--out", "run"], cwd);
      if (!isProblem(claim)) await claim.release();
      return codesIn(stderr);
    }),
  "train/run-lost": () =>
    inFolder(files, async (cwd) => {
      const folder = join(cwd, "run");
      const lose = (): void => rmSync(join(folder, "run.lock"));
      return (await stillRun(folder, { events: { onStart: lose } })).codes;
    }),
};
