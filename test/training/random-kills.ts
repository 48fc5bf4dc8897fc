/**
 * Kills a training run at random moments, repeatedly, and resumes it: it must end with the same files as an uninterrupted run.
 *
 *   node --import tsx test/training/random-kills.ts [--kills 50] [--seed 0]
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sha256 } from "../../src/formats/digest.js";
import { randomStream } from "../../src/random/stream.js";
import { runFiles } from "../../src/training/run-files.js";
import { lfercPath } from "../support/lferc.js";
import { readEvents } from "../support/tensorboard-events.js";
import { smallSource } from "./small-course.js";

const { values } = parseArgs({ options: { kills: { type: "string" }, seed: { type: "string" } } });
const kills = Number(values.kills ?? 50);
const seed = Number(values.seed ?? 0);

const model = smallSource({
  augment: "[horizontal_flip(0.5), rotation(10)]",
  sampler: "balanced",
  schedule: 'plateau(measure: "accuracy", patience: 0, factor: 0.7)',
  layers: "-> dropout(0.3)",
  run: 'batch: 16, epochs: 12, last_batch: "keep", accumulate: 2, average: 0.9, best_by: "mean_class_accuracy"',
});
const script = lfercPath();
const cwd = mkdtempSync(join(tmpdir(), "lfer-kills-"));
writeFileSync(join(cwd, "m.lfer"), model);

/** Trains in a folder for at most this long; returns whether it finished. */
function train(folder: string, killAfterMs: number): Promise<"finished" | "killed"> {
  const args = [
    "train",
    "m.lfer",
    "--data",
    "generated",
    "--threads",
    "1",
    "--limit",
    "200",
    "--out",
    folder,
    "--resume",
  ];
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd, env: { ...process.env, NO_COLOR: "1" } });
    let said = "";
    child.stderr.on("data", (part) => {
      said += String(part);
    });
    child.stdout.resume();
    const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") settle("killed");
      else if (code === 0) settle("finished");
      else reject(new Error(`lferc ended with ${code}: ${said}`));
    });
  });
}

/** Fields that depend on the time or on the run. */
const ofItsOwn = /"(?:id|digest|begun|ended|seconds|evaluationSeconds|picturesPerSecond)": ?(?:"[^"]*"|[\d.e+-]+)/g;

/** The same in the page: the run's id, times, and the speed. */
const ofItsOwnInPage =
  /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|in [\d.]+ minutes; \d+ pictures a second/g;

/** Steps and figures of the events, except speed. */
function figuresOf(file: string): string {
  return readEvents(file)
    .map(({ step, scalars }) => {
      const figures = Object.entries(scalars).filter(([tag]) => !tag.includes("second"));
      return JSON.stringify([step, figures]);
    })
    .join("\n");
}

/** A file's content without what depends on the time. */
function plain(path: string): string {
  if (path.endsWith(runFiles.events)) return figuresOf(path);
  const text = readFileSync(path, "latin1");
  if (path.endsWith(".html")) return text.replace(ofItsOwnInPage, "");
  return /\.jsonl?$/.test(path) ? text.replace(ofItsOwn, "") : text;
}

function filesOf(folder: string): Readonly<Record<string, string>> {
  const paths = (text: string): string => text.replaceAll(folder, "FOLDER");
  const names = readdirSync(join(cwd, folder)).toSorted();
  return Object.fromEntries(names.map((name) => [name, sha256([paths(plain(join(cwd, folder, name)))])]));
}

/** A name that is no word of the report. */
const unkilled = "run-never-killed";
const begun = performance.now();
await train(unkilled, 2 ** 30);
const whole = performance.now() - begun;
const expected = filesOf(unkilled);
console.log(`a run takes ${(whole / 1000).toFixed(1)} s; ${Object.keys(expected).length} files; seed ${seed}`);

const moments = randomStream(seed, "moments");
let [done, runs, wrong] = [0, 0, 0];
for (let folder = 0; done < kills || folder === 0; folder++) {
  const name = `run-${folder}`;
  for (let end = ""; end !== "finished"; ) {
    // The last run is not killed.
    const moment = done < kills ? whole * moments.uniform() : 2 ** 30;
    end = await train(name, moment);
    if (end === "killed") done++;
  }
  runs++;
  const found = filesOf(name);
  const differing = [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter(
    (file) => expected[file] !== found[file],
  );
  if (differing.length > 0) {
    wrong++;
    console.error(`${join(cwd, name)} differs from ${join(cwd, unkilled)}: ${differing.join(", ")}`);
  }
}
console.log(
  `${done} kills in ${runs} runs: ${wrong === 0 ? "each ended in the files of a run never stopped" : `${wrong} did not`}`,
);
if (wrong === 0) rmSync(cwd, { recursive: true });
process.exitCode = wrong === 0 ? 0 : 1;
