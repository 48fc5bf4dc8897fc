import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePng } from "../../src/data/png.js";
import { partsSource } from "../cli/parts-source.js";
import { formulaPicture } from "../data/formula-picture.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";

const table = (classes: string, key = "happiness/1"): string => `path,${classes}\n${key},0.5,0.25,0.25\n`;

const files = {
  "m.lfer": partsSource,
  "damaged.csv": "path,surprise,happy,neutral\nx,1,1,1\n",
  "few.csv": table("surprise,happy,neutral"),
  "others.csv": table("cat,dog,owl"),
};

const small = ["--data", "generated", "--limit", "24", "--threads", "1"];

const given =
  (...more: readonly string[]) =>
  (): Promise<readonly string[]> =>
    inFolder(files, async (cwd) =>
      codesIn(
        (await callLferc(["train", "m.lfer", "--recipe", "Given", ...small, "--out", "run", ...more], cwd)).stderr,
      ),
    );

/** The messages of `distill` for a run that was modified. */
const distilling =
  (change: (run: string) => void, train: readonly string[] = [], ...more: readonly string[]) =>
  (): Promise<readonly string[]> =>
    inFolder(files, async (cwd) => {
      const made = await callLferc(["train", "m.lfer", "--recipe", "Teach", ...small, "--out", "run", ...train], cwd);
      if (!existsSync(join(cwd, "run/run.json"))) return [made.stderr];
      change(join(cwd, "run"));
      return codesIn((await callLferc(["distill", "run", "--data", "generated", "-o", "d.csv", ...more], cwd)).stderr);
    });

/** Weights that are so large that everything overflows, in place of a run's own. */
function spoil(run: string): void {
  const path = join(run, "best.safetensors");
  const bytes = readFileSync(path);
  const header = Number(bytes.readBigUInt64LE(0));
  bytes.fill(0x7f, 8 + header);
  writeFileSync(path, bytes);
}

/** This many pictures in each folder below faces/. */
function drawInto(cwd: string, counts: Readonly<Record<string, number>>): void {
  for (const [folder, count] of Object.entries(counts)) {
    mkdirSync(join(cwd, "faces", folder), { recursive: true });
    for (let i = 0; i < count; i++)
      writeFileSync(join(cwd, "faces", folder, `${i}.png`), encodePng(formulaPicture(8, 8)));
  }
}

/** Provokes each diagnostic of distributions: tables, `distill`, parts. */
export const distributionScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "train/no-distributions": given(),
  "train/distributions-unreadable": given("--set", "distributions=nowhere.csv"),
  "train/missing-distributions": given("--set", "distributions=few.csv"),
  "data/bad-distributions": given("--set", "distributions=damaged.csv"),
  "data/distribution-classes": given("--set", "distributions=others.csv"),
  "distill/no-run": distilling((run) => writeFileSync(join(run, "run.json"), "{}")),
  "distill/other-pictures": distilling(
    (run) => writeFileSync(join(run, "fold-1/held-out.json"), '["somebody/else.png"]'),
    ["--set", "folds=2"],
  ),
  "distill/not-finite": distilling(spoil),
  "distill/class-without-pictures": () =>
    inFolder(files, async (cwd) => {
      await callLferc(["train", "m.lfer", "--recipe", "Teach", ...small, "--out", "run"], cwd);
      drawInto(cwd, { "train/happy": 1, "val/happy": 1, "val/neutral": 1 });
      return codesIn((await callLferc(["distill", "run", "--data", "faces", "-o", "d.csv", "--by-class"], cwd)).stderr);
    }),
  "train/empty-fold": () =>
    inFolder(files, async (cwd) => {
      drawInto(cwd, { "train/happy": 2, "train/neutral": 1, "val/happy": 1 });
      const line = "train m.lfer --recipe Teach --data faces --threads 1 --set folds=4 --out run";
      return codesIn((await callLferc(line.split(" "), cwd)).stderr);
    }),
  "train/fold-without-class": () =>
    inFolder(files, async (cwd) => {
      drawInto(cwd, { "train/happy": 20, "train/neutral": 20, "train/surprise": 1, "val/happy": 1 });
      const line = "train m.lfer --recipe Teach --data faces --threads 1 --set folds=2 --set epochs=1 --out run";
      return codesIn((await callLferc(line.split(" "), cwd)).stderr);
    }),
};
