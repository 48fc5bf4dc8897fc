/**
 * Trains LFER-LDL on real faces, with lfer and with PyTorch: `lferc train examples/real_faces.lfer` and bench/peers/torch_real_faces.py,
 * the same recipe on the same pictures, in turn for each seed. Then it prints accuracy, mean-class accuracy and wall time of each, and
 * the interval of the difference, by the bootstrap over pictures and trainings:
 *   node --import tsx bench/real-faces.ts --data DIR --python PYTHON --out DIR [--seeds 0,1,2] [--split validation|test]
 *     [--epochs 40] [--threads 2] [--limit N] [--sides torch,lfer]
 * The second side is compared with the first; a single side is only trained and evaluated. A third side is ldl:
 * examples/real_faces_ldl.lfer, which also learns from the predictions of `--teachers RUN` (`lferc distill --temperature T`; or a table
 * that it wrote, FILE.csv), with `--set NAME=VALUE` for its recipe.
 * The last epoch is evaluated, without selection. `validation`: trained without the pictures of the validation list and evaluated on
 * them; the test part is in no folder that either side gets. `test`: trained on all training pictures of the list, including the
 * validation list's, and evaluated on the test part; each such look is recorded in OUT/looks-at-test.txt before it happens.
 * bench/results/real-faces keeps the predictions for the test part, so that they need not be trained again (--out a copy of it).
 * Finished work is skipped; an interrupted training by lfer is resumed, one by PyTorch starts again. `--limit`: only this many pictures
 * of each part, to try the program; its figures mean nothing. Needs `npm run build`, and torch, numpy and Pillow in PYTHON.
 */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import { sha256 } from "../src/formats/digest.js";
import type { Answers } from "../src/judging/answers.js";
import { readAnswersTable } from "../src/judging/answers-table.js";
import type { Difference } from "../src/judging/comparison.js";
import { summaryOf } from "../src/judging/summary.js";
import { compareSeeds } from "./seeds-comparison.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const lferc = join(root, "dist/lferc.js");
const [list, validationList] = ["list_five.txt", "list_five_validation.txt"];

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    python: { type: "string" },
    out: { type: "string" },
    seeds: { type: "string", default: "0,1,2" },
    split: { type: "string", default: "validation" },
    epochs: { type: "string", default: "40" },
    threads: { type: "string", default: "2" },
    limit: { type: "string" },
    sides: { type: "string", default: "torch,lfer" },
    teachers: { type: "string" },
    temperature: { type: "string", default: "1" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const { data, python = "", out, split, epochs, threads, teachers, temperature } = values;
const sideNames = values.sides.split(",");
if (data === undefined || out === undefined) throw new Error("--data and --out are needed");
if (python === "" && sideNames.includes("torch")) throw new Error("--python is needed for PyTorch's side");
if (teachers === undefined && sideNames.includes("ldl")) throw new Error("--teachers is needed for ldl");
if (split !== "validation" && split !== "test") throw new Error("--split is validation or test");
if (!existsSync(lferc)) throw new Error("dist/ is missing: npm run build");
const seeds = values.seeds.split(",");
if (!seeds.every((seed) => /^\d+$/.test(seed))) throw new Error("--seeds takes whole numbers: 0,1,2");
const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit);
if (!(limit >= 1)) throw new Error("--limit takes a number of pictures");

/** What determines the figures in a folder: results with other values must not be mixed with them. */
const learnt = sideNames.includes("ldl") ? { teachers: basename(teachers ?? ""), temperature, set: values.set } : {};
const lists = sha256([list, validationList].map((file) => readFileSync(join(data, "EmoLabel", file))));
const about = `${JSON.stringify({ lists, split, epochs, limit: values.limit ?? "none", ...learnt }, undefined, 2)}\n`;
mkdirSync(out, { recursive: true });
const aboutFile = join(out, "about.json");
if (existsSync(aboutFile) && readFileSync(aboutFile, "utf8") !== about)
  throw new Error(`${out} has trainings by other arguments: ${readFileSync(aboutFile, "utf8")}`);
writeFileSync(aboutFile, about);

interface Listed {
  readonly name: string;
  readonly label: string;
}

function listed(file: string): readonly Listed[] {
  const lines = readFileSync(join(data as string, "EmoLabel", file), "utf8").split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = "", label = ""] = line.trim().split(/\s+/);
      return { name, label };
    });
}

const aligned = (name: string): string => name.replace(".jpg", "_aligned.jpg");
const named = ({ name, label }: Listed): string => `${name} ${label}\n`;

/** Makes a folder in RAF-DB's layout with links to only these pictures, each under its own name or another. */
function folderOf(
  name: string,
  pictures: readonly (Listed & { readonly as?: string })[],
  lists: Record<string, readonly Listed[]>,
): string {
  const folder = resolve(out as string, name);
  rmSync(folder, { recursive: true, force: true });
  const [images, labels] = [join(folder, "Image/aligned"), join(folder, "EmoLabel")];
  for (const each of [images, labels]) mkdirSync(each, { recursive: true });
  for (const { name: of, as = of } of pictures)
    symlinkSync(resolve(data as string, "Image/aligned", aligned(of)), join(images, aligned(as)));
  for (const [file, entries] of Object.entries(lists)) writeFileSync(join(labels, file), entries.map(named).join(""));
  return folder;
}

const everything = listed(list);
const heldOut = listed(validationList).slice(0, limit);
const training = everything.filter(({ name }) => name.startsWith("train")).slice(0, limit);
const judged =
  split === "validation" ? heldOut : everything.filter(({ name }) => name.startsWith("test")).slice(0, limit);

/** A recipe needs held-out pictures for its epochs. If nothing is held out, one training picture per class is used, with no effect. */
const standIns = [...new Map(training.map((each) => [each.label, each])).values()].map((each) => ({
  ...each,
  as: each.name.replace("train", "test_seen_in_training"),
}));
const asListed = standIns.map(({ as, label }) => ({ name: as, label }));
const withHeldOut = [...new Map([...training, ...heldOut].map((each) => [each.name, each])).values()];

const ours =
  split === "validation"
    ? folderOf("data", withHeldOut, { [list]: withHeldOut, [validationList]: heldOut })
    : // Teachers are asked by their own recipe, which names the validation list.
      folderOf("data", [...training, ...standIns], {
        [list]: [...training, ...asListed],
        [validationList]: heldOut,
      });
const theirs =
  split === "validation"
    ? ours
    : folderOf("data-torch", [...training, ...judged], { [list]: [...training, ...judged] });
// For a file alone, the list has its usual name.
const judging = folderOf("judged", judged, { "list_patition_label.txt": judged });

/** Runs a program, with its output in a log; returns the seconds. */
async function run(file: string, args: readonly string[], log: string): Promise<number> {
  const start = process.hrtime.bigint();
  const child = spawn(file, [...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => appendFileSync(log, text));
  const code = await new Promise((settle, reject) => child.once("close", settle).once("error", reject));
  if (code !== 0) throw new Error(`${basename(file)} ended with ${code}; see ${log}`);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

interface Side {
  readonly name: string;
  /** Trains and writes the predictions; returns the seconds, or undefined if it was only resumed. */
  train(seed: string, place: string): Promise<number | undefined>;
}

function tellOfLook(name: string, seed: string): void {
  if (split !== "test") return;
  const figures = `${judged.length} pictures, ${epochs} epochs`;
  appendFileSync(
    join(out as string, "looks-at-test.txt"),
    `${new Date().toISOString()} ${name}, seed ${seed}: ${figures}\n`,
  );
}

/** The teachers' predictions, for each picture by the teacher that was not trained on it. */
const distributions = resolve(out, "distributions.csv");
if (teachers?.endsWith(".csv") && !existsSync(distributions)) copyFileSync(teachers, distributions);
if (teachers !== undefined && !existsSync(distributions)) {
  const asked = ["distill", teachers, "--data", ours, "--temperature", temperature, "-o", distributions];
  await run(process.execPath, [lferc, ...asked], join(out, "distill.log"));
}

const allSides: Readonly<Record<string, Side>> = {
  torch: {
    name: "torch",
    async train(seed, place) {
      tellOfLook("torch", seed);
      const held = split === "validation" ? ["--validation", validationList] : [];
      const length = ["--epochs", epochs, "--seed", seed, "--threads", threads];
      const script = join(root, "bench/peers/torch_real_faces.py");
      const answers = `${place}.part.csv`;
      const args = [script, theirs, "--list", list, ...held, "--answers", resolve(answers), ...length];
      const seconds = await run(python, args, `${place}.log`);
      renameSync(answers, `${place}.csv`);
      return seconds;
    },
  },
  lfer: lferSide("lfer", "examples/real_faces.lfer", "RealFaces", []),
  ldl: lferSide("ldl", "examples/real_faces_ldl.lfer", "RealFacesLdl", [
    ...values.set,
    `temperature=${temperature}`,
    `distributions=${distributions}`,
  ]),
};
const sides = sideNames.map((name) => {
  const side = Object.hasOwn(allSides, name) ? allSides[name] : undefined;
  if (side === undefined) throw new Error(`--sides has ${name}; there are ${Object.keys(allSides).join(", ")}`);
  return side;
});
if (sides.length > 2) throw new Error("--sides takes one or two");

function lferSide(name: string, file: string, recipe: string, sets: readonly string[]): Side {
  return {
    name,
    async train(seed, place) {
      const isNew = !existsSync(place);
      const log = `${place}.log`;
      const held = [...sets, ...(split === "validation" ? [] : ["validation="])].flatMap((each) => ["--set", each]);
      const length = ["--epochs", epochs, "--seed", seed, "--threads", threads];
      const train = ["train", join(root, file), "--recipe", recipe, "--data", ours, ...held, ...length];
      const seconds = await run(process.execPath, [lferc, ...train, "--out", place, "--resume"], log);
      const [weights, model, answers] = [join(place, "last.safetensors"), `${place}.onnx`, `${place}.part.csv`];
      const source = join(root, "examples/real_faces.lfer");
      // At the size of the training.
      const sizes = sets.filter((each) => each.startsWith("size=")).flatMap((each) => ["--set", each]);
      const named = ["build", source, "--model", "real_faces", "--target", "onnx", ...sizes];
      const build = [...named, "--weights", weights, "-o", model];
      await run(process.execPath, [lferc, ...build, "--no-verify"], log);
      tellOfLook(name, seed);
      const judge = ["eval", model, "--data", judging, "--split", "all", "--answers", answers];
      await run(process.execPath, [lferc, ...judge], log);
      renameSync(answers, `${place}.csv`);
      return isNew ? seconds : undefined;
    },
  };
}

/** Predictions, with the pictures' names from the list. */
function readAnswers(path: string): Answers {
  const found = readAnswersTable(readFileSync(path, "utf8"), path);
  if (isProblem(found)) throw new Error(found.diagnose({}).message);
  const pictures = found.pictures.map((each) => ({ ...each, key: basename(each.key).replace("_aligned", "") }));
  return { ...found, pictures };
}

console.log(
  `trained on ${split === "validation" ? withHeldOut.length - heldOut.length : training.length} pictures${split === "test" ? ", the validation list's among them" : ""}; judged by ${judged.length} of ${split}, last epoch of ${epochs}${values.limit === undefined ? "" : "; --limit: figures mean nothing"}`,
);
const found = new Map<string, Answers[]>(sides.map(({ name }) => [name, []]));
console.log("\n| | seed | accuracy | mean-class | seconds |\n| --- | ---: | ---: | ---: | ---: |");
for (const seed of seeds) {
  for (const { name, train } of sides) {
    const place = resolve(out, `${name}-${seed}`);
    if (!existsSync(`${place}.csv`)) {
      const seconds = await train(seed, place);
      writeFileSync(`${place}.seconds`, seconds === undefined ? "went on" : seconds.toFixed(1));
    }
    const answers = readAnswers(`${place}.csv`);
    found.get(name)?.push(answers);
    const { accuracy, meanClassAccuracy } = summaryOf(answers);
    // The time is unknown if it was stopped between writing the predictions and the time.
    const seconds = existsSync(`${place}.seconds`) ? readFileSync(`${place}.seconds`, "utf8") : "unknown";
    console.log(`| ${name} | ${seed} | ${accuracy.toFixed(4)} | ${meanClassAccuracy.toFixed(4)} | ${seconds} |`);
  }
}
const [first = "", second] = sideNames;
if (second === undefined) process.exit();
const { accuracy, meanClassAccuracy, samples } = compareSeeds(found.get(first) ?? [], found.get(second) ?? []);
const told = ({ value, interval: { low, high } }: Difference): string =>
  `${value.toFixed(4)}, 95 % interval ${low.toFixed(4)} to ${high.toFixed(4)}`;
console.log(`\n${second} minus ${first}, ${samples} pictures, ${seeds.length} trainings each (bootstrap over both):`);
console.log(`accuracy    ${told(accuracy)}\nmean-class  ${told(meanClassAccuracy)}`);
