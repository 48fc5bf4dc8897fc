import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import type { DataSet } from "../data/data-set.js";
import { distributionHeader, distributionRow } from "../data/distribution-table.js";
import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { automaticText, chooseEngine, engines } from "../engines/registry.js";
import { allOf, classDistributions, type Distilled, distill, type ToldPicture } from "../training/distill.js";
import { type RunOrigin, readBestWeights, readParts, readRunOrigin } from "../training/finished-run.js";
import { openData } from "../training/open-data.js";
import { planOf, type TrainingPlan, withClasses } from "../training/plan.js";
import { runFiles } from "../training/run-files.js";
import { writeOutput } from "./build-files.js";
import { outputName } from "./build-output.js";
import { liveLine } from "./live-line.js";
import { compileOneRecipe } from "./one-recipe.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { talkOfEngine, threadsOf } from "./talk-of-runtime.js";
import { percent } from "./train-progress.js";
import { UsageError } from "./usage.js";
import { reportRefusal } from "./weight-arguments.js";

interface DistillArguments {
  readonly run: string;
  readonly data: string;
  readonly output: string;
  readonly temperature: number;
  readonly "by-class": boolean;
  readonly engine: string;
  readonly threads?: number | undefined;
}

/** Number of broken pictures named individually. */
const namedAtMost = 10;

/** A teacher with this mean confidence on its training pictures adds little to their labels. */
const nearlyOneHot = 0.95;

function checkUsage({ temperature, threads, data }: DistillArguments): void {
  const refuse = (detail: string): never => {
    throw new UsageError(diagnose("tool/wrong-usage", { command: "distill", detail }));
  };
  if (!(temperature > 0 && Number.isFinite(temperature))) refuse("--temperature takes a number above 0");
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    refuse("--threads takes a whole number from 1");
  }
  if (data === "") refuse("--data takes a folder, or generated");
}

async function distillRun(session: Session, args: DistillArguments): Promise<ExitCode> {
  checkUsage(args);
  const refuse = (...found: readonly Diagnostic[]): ExitCode => {
    session.report(found);
    return 1;
  };
  const shownOf = (folder: string): string => displayPath(session.cwd, folder);
  const folder = resolve(session.cwd, args.run);
  const origin = await readRunOrigin(folder, args.run);
  if (isProblem(origin)) return refuse(origin.diagnose({}));
  const [first = folder] = origin.folders;
  const made = await compileOneRecipe(session, join(first, runFiles.model), origin.recipe, origin.settings);
  if (made === undefined) return 1;
  const written = planOf(made.recipe, made.student.graph, { seed: origin.seed });
  if (isProblem(written)) return refuse(written.diagnose({}));
  const chosen = await chooseEngine(args.engine, args.threads);
  if (isProblem(chosen)) return refuse(chosen.diagnose({}));
  talkOfEngine(session, chosen);

  const networks: ReadonlyMap<string, Float32Array>[] = [];
  let plan: TrainingPlan = written;
  for (const each of origin.folders) {
    const loaded = await readBestWeights(plan, each, shownOf(each));
    if ("diagnostics" in loaded) {
      reportRefusal(session, loaded);
      return 1;
    }
    networks.push(loaded.weights);
    plan = withClasses(plan, loaded.labels.get(plan.output));
  }
  const set = await openData(plan, { data: args.data, home: first });
  if (!("read" in set)) return refuse(...set.map((found) => found.diagnose({})));
  const parts = await readParts(origin, shownOf);
  if (isProblem(parts)) return refuse(parts.diagnose({}));
  const strange = otherPictures(args.run, set, parts);
  if (strange !== undefined) return refuse(strange);

  const line = liveLine({ log: session.talk });
  const told = await distill({
    plan,
    set,
    networks,
    parts,
    temperature: args.temperature,
    engine: chosen.engine,
    threads: threadsOf(session, chosen.engine, args.threads),
    onProgress: (done, all) => line.show(`pictures: ${done}/${all}`),
  }).finally(() => line.clear());
  if (isProblem(told)) return refuse(told.diagnose({}));
  return writeTable(session, args, { origin, set, told });
}

/** Reports that the parts of a cross-fitting do not match these pictures. */
function otherPictures(run: string, set: DataSet, parts: ReadonlyMap<string, number>): Diagnostic | undefined {
  const here = new Set(allOf(set).map(({ key }) => key));
  const missing = [...parts.keys()].filter((key) => !here.has(key));
  if (missing.length === 0) return undefined;
  const holes = { missing: missing.length, all: parts.size, named: missing.slice(0, 3) };
  return diagnose("distill/other-pictures", { run, data: set.description, ...holes });
}

interface Answered {
  readonly origin: RunOrigin;
  readonly set: DataSet;
  readonly told: Distilled;
}

async function writeTable(
  session: Session,
  args: DistillArguments,
  { origin, set, told: { pictures, broken } }: Answered,
): Promise<ExitCode> {
  for (const { problem } of broken.slice(0, namedAtMost)) {
    session.report([{ ...problem.diagnose({}), severity: "warning" }]);
  }
  if (broken.length > 0) {
    const holes = { broken: broken.length, all: broken.length + pictures.length, named: namedAtMost };
    session.report([diagnose("data/pictures-left-out", { data: set.description, ...holes })]);
  }
  const means = args["by-class"] ? classDistributions(pictures, set) : undefined;
  const shown = new Set(pictures.map(({ sample }) => sample.label));
  const without = set.classes.filter(
    (_, label) => shown.has(label) && means !== undefined && means[label] === undefined,
  );
  if (without.length > 0) {
    session.report([diagnose("distill/class-without-pictures", { classes: without })]);
    return 1;
  }
  const rows = pictures.map(({ sample, shares }) => distributionRow(sample.key, means?.[sample.label] ?? shares));
  const encoder = new TextEncoder();
  const pieces = [distributionHeader(set.classes), ...rows].map((row) => encoder.encode(row));
  if (!(await writeOutput(session, args.output, pieces))) return 1;
  summarise(session, args, { origin, set, pictures });
  if (means !== undefined) session.lines(meansText(set.classes, means));
  return 0;
}

function summarise(
  session: Session,
  { output, run, temperature }: DistillArguments,
  { origin, set, pictures }: Omit<Answered, "told"> & { readonly pictures: readonly ToldPicture[] },
): void {
  const models = origin.isCrossFitting ? `the ${origin.folders.length} models of ${run}` : run;
  session.talk(
    `${outputName(output)}: ${pictures.length} pictures, ${set.classes.length} classes, by ${oneLine(models)}, temperature ${temperature}\n`,
  );
  const keys = new Set(set.training.map(({ key }) => key));
  const learnt = pictures.filter(({ sample }) => keys.has(sample.key));
  if (learnt.length === 0) return;
  const largest = learnt.map(({ shares }) => Math.max(...shares));
  const right = learnt.filter(({ sample, shares }, i) => shares[sample.label] === largest[i]).length;
  const mean = largest.reduce((sum, share) => sum + share, 0) / learnt.length;
  session.talk(
    `training pictures: ${percent(right / learnt.length)} have their label as the largest share, which is ${mean.toFixed(3)} on average\n`,
  );
  if (!origin.isCrossFitting && mean > nearlyOneHot) {
    session.talk(
      "The run has learnt these pictures, so that it is nearly sure of each. Models that never saw them say more: train it with run(folds: 5). Or soften it: --temperature.\n",
    );
  }
}

/** The means of `--by-class`, as text for a recipe. */
function meansText(classes: readonly string[], means: readonly (Float64Array | undefined)[]): string {
  const rows = means.map((shares, label) => {
    const numbers = Array.from(shares ?? new Float64Array(classes.length), (share) => share.toFixed(6));
    return `  ${numbers.join(", ")}${label < classes.length - 1 ? "," : ""} // ${oneLine(classes[label] ?? "")}\n`;
  });
  return `const class_distributions = [\n${rows.join("")}]\n`;
}

export const distillCommand: CommandModule<object, DistillArguments> = {
  command: "distill <run>",
  describe:
    "Runs a trained model on every picture of a data set and writes a table of its class probabilities: path,<class>,... A loss reads it as data.distribution.",
  builder: (yargs) =>
    yargs
      .positional("run", {
        type: "string",
        demandOption: true,
        describe:
          "the run's folder; after a training with folds, each picture is predicted by the model that never saw it",
      })
      .option("data", {
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe: "the pictures, as for train",
      })
      .option("output", {
        alias: "o",
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe: "the table's file; - is standard output",
      })
      .option("temperature", {
        type: "number",
        default: 1,
        requiresArg: true,
        describe: "divides the logits before the softmax: above 1 gives softer probabilities",
      })
      .option("by-class", {
        type: "boolean",
        default: false,
        describe:
          "give each picture the mean over its class's training pictures; also print the means to standard output, as a constant for a recipe",
      })
      .option("engine", {
        type: "string",
        default: "auto",
        requiresArg: true,
        describe: `what runs the network: ${automaticText}, ${engines.map(({ name }) => name).join(", ")}`,
      })
      .option("threads", {
        type: "number",
        requiresArg: true,
        describe: "threads of the engine; default all cores",
      })
      .example("lferc distill runs/teacher --data RAF -o distributions.csv", "for every picture of RAF")
      .example("lferc distill runs/teacher --data RAF -o classes.csv --by-class", "one distribution for each class"),
  handler: (args) => runCommand((session) => distillRun(session, args)),
};
