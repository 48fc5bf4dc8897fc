import { dirname, join, posix, resolve } from "node:path";
import type { CommandModule } from "yargs";
import type { Sources } from "../compiler.js";
import { diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { curvesSvg } from "../report/curves-svg.js";
import { placesFromHome, sourceDigest } from "../source-origin.js";
import { buildRunModel } from "../training/build-model.js";
import type { Engine } from "../training/engines/engine.js";
import { engines, findEngine } from "../training/engines/registry.js";
import { stepsOf } from "../training/loop.js";
import { type RunEvents, type RunResult, trainRun } from "../training/run.js";
import { runFiles } from "../training/run-files.js";
import { freeRunFolder, holdsRun, isOccupied, writeRunFile } from "../training/run-folder.js";
import type { WeightSource } from "../weights/load-weights.js";
import { type Interrupts, takeInterrupts } from "./interrupts.js";
import { compileOneRecipe, type OneRecipe } from "./one-recipe.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { parseSettings, recipeSetOption } from "./shared-options.js";
import { duration, epochLine, type LiveLine, liveLine, percent, stepLine } from "./train-progress.js";
import { UsageError } from "./usage.js";
import {
  readWeights,
  reportRefusal,
  talkOfNames,
  type WeightArguments,
  weightsMapOption,
  weightsOption,
} from "./weight-arguments.js";

const runsFolder = "runs";

interface TrainArguments extends WeightArguments {
  readonly path: string;
  readonly recipe: string;
  readonly data?: string | undefined;
  readonly engine: string;
  readonly out?: string | undefined;
  readonly resume: boolean;
  readonly set?: readonly string[] | undefined;
  readonly epochs?: number | undefined;
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
}

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "train", detail }));
}

function checkUsage(args: TrainArguments): void {
  for (const [flag, least] of [
    ["epochs", 1] as const,
    ["limit", 1] as const,
    ["seed", 0] as const,
    ["threads", 1] as const,
  ]) {
    const value = args[flag];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
      refuseUsage(`--${flag} takes a whole number from ${least}`);
    }
  }
  if (args.resume && args.out === undefined) refuseUsage("--resume goes on with the run that --out names");
  if (args.data === "") refuseUsage("--data takes a folder, or generated");
}

/** The engine that is meant, if it can run here. */
async function engineNamed(name: string, threads: number | undefined): Promise<Engine | Problem> {
  const entry = name === "auto" ? engines[0] : findEngine(name);
  if (isProblem(entry)) return entry;
  const engine = await entry.load();
  return (await engine.availability(threads)) ?? engine;
}

/** The source texts under the names that they get in the run: the entry as model.lfer, its imports where it looks for them. */
function sourcesForRun({ entry, files }: Sources): ReadonlyMap<string, string> {
  const home = posix.dirname(entry);
  const named = [...files].flatMap(([path, file]): [string, string][] => {
    if (path.startsWith("std/")) return [];
    if (path === entry) return [[runFiles.model, file.text]];
    const name = posix.relative(home, path);
    // What the entry imports from above its own folder has no place in the run; the digest still covers it.
    return name.startsWith("../") || name === runFiles.model ? [] : [[name, file.text]];
  });
  return new Map(named);
}

/** What the user sees of a run. */
function eventsFor(
  session: Session,
  line: LiveLine,
  interrupts: Interrupts,
  folder: string,
  { recipe }: OneRecipe,
): RunEvents {
  let epochs = 0;
  let begun = 0;
  let allSteps = 0;
  let doneSteps = 0;
  const say = (text: string): void => {
    line.clear();
    session.talk(text);
  };
  return {
    isStopped: interrupts.isRequested,
    onWarning: (diagnostic) => {
      line.clear();
      session.report([diagnostic]);
    },
    onWeights: (account) => talkOfNames(session, account),
    onReading: (done, all) => line.show(`reading pictures: ${done}/${all}`),
    onReady: ({ plan, data }, kept) => {
      epochs = plan.epochs;
      const count = (half: "training" | "heldOut"): number => data.classes.reduce((sum, each) => sum + each[half], 0);
      allSteps = stepsOf(plan, count("training")).perEpoch * plan.epochs;
      const memory = `${(kept.bytes / 1e6).toFixed(0)} MB in memory`;
      say(
        `${data.description}: ${count("training")} pictures to train on, ${count("heldOut")} held out (${data.heldOut})\n` +
          (kept.isAll
            ? ""
            : `${kept.pictures} pictures stay in memory (${memory}), the others are read again each epoch\n`),
      );
    },
    onStart: (description, stepsPerEpoch) => {
      begun = performance.now();
      say(
        `${recipe.student.name} by ${recipe.name}: ${stepsPerEpoch} steps an epoch, ${description}; run in ${displayPath(session.cwd, folder)}\n`,
      );
    },
    onStep: (progress) => {
      doneSteps++;
      const remaining = allSteps - ((progress.epoch - 1) * progress.stepsPerEpoch + progress.step);
      const left = ((performance.now() - begun) / 1000 / doneSteps) * remaining;
      line.show(stepLine(progress, epochs, left));
    },
    onEpoch: async (records, best) => {
      const record = records.at(-1);
      if (record === undefined) return undefined;
      say(epochLine(record, epochs, best?.epoch === record.epoch, session.paintTalk));
      const title = `${recipe.student.name}, recipe ${recipe.name}`;
      return writeRunFile(folder, runFiles.curves, curvesSvg(title, records, best));
    },
  };
}

/** The words at the end, on stdout. */
function summarise(session: Session, folder: string, result: Extract<RunResult, { kind: "finished" }>): void {
  const { best, records, plan } = result;
  const shown = displayPath(session.cwd, folder);
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const last = records.at(-1);
  session.print(`${plan.recipe.student.name} by ${plan.recipe.name}: ${records.length} epochs in ${duration(seconds)}
best: accuracy ${percent(best.accuracy)}, loss ${best.loss.toFixed(4)} on pictures held out, epoch ${best.epoch}${best.weights === "average" ? ", average weights" : ""}
last: accuracy ${percent(last?.validationAccuracy ?? 0)}, loss ${(last?.validationLoss ?? 0).toFixed(4)}
run:  ${shown} (${runFiles.best}, ${runFiles.onnx}, ${runFiles.curves})
`);
  if (plan.labels !== undefined) session.print(`try:  lferc predict ${shown}/${runFiles.onnx} PICTURE\n`);
}

async function train(session: Session, args: TrainArguments): Promise<ExitCode> {
  checkUsage(args);
  const set = parseSettings(args.set);
  if ("code" in set) throw new UsageError(set);
  const refuse = (problem: Problem): ExitCode => {
    session.report([problem.diagnose({})]);
    return 1;
  };
  const made = await compileOneRecipe(session, args.path, args.recipe, set);
  if (made === undefined) return 1;
  const weights = await readWeights(session, "train", { ...args, seed: 0 });
  if (weights === undefined) return 1;
  const engine = await engineNamed(args.engine, args.threads);
  if (isProblem(engine)) return refuse(engine);
  const folder =
    args.out === undefined
      ? await freeRunFolder(join(session.cwd, runsFolder), args.recipe)
      : resolve(session.cwd, args.out);
  const occupied = await isOccupied(folder);
  if (isProblem(occupied)) return refuse(occupied);
  if (occupied && !(args.resume && (await holdsRun(folder)))) {
    session.report([diagnose("train/run-exists", { path: displayPath(session.cwd, folder) })]);
    return 1;
  }
  const line = liveLine();
  const interrupts = takeInterrupts(() => {
    line.clear();
    session.talk("stopping after this step; Ctrl-C again stops at once\n");
  });
  try {
    return await runAndBuild(
      session,
      args,
      { made, set, engine, folder, weights: weights.kind === "file" ? weights : undefined },
      eventsFor(session, line, interrupts, folder, made),
      line,
    );
  } finally {
    line.clear();
    interrupts.release();
  }
}

interface Prepared {
  readonly made: OneRecipe;
  readonly set: ReadonlyMap<string, string>;
  readonly engine: Engine;
  readonly folder: string;
  readonly weights: WeightSource | undefined;
}

async function runAndBuild(
  session: Session,
  args: TrainArguments,
  { made, set, engine, folder, weights }: Prepared,
  events: RunEvents,
  line: LiveLine,
): Promise<ExitCode> {
  const { recipe, student, compiled } = made;
  const sourceSha256 = sourceDigest(compiled.sources);
  const { data, resume, threads, epochs, limit, seed } = args;
  const result = await trainRun(
    {
      recipe,
      deployed: student.graph,
      sourceSha256,
      set,
      data,
      home: dirname(resolve(session.cwd, compiled.path)),
      folder,
      sources: sourcesForRun(compiled.sources),
      resume,
      engine,
      threads,
      weights,
      epochs,
      limit,
      seed,
    },
    events,
  );
  line.clear();
  if (result.kind === "failed") {
    reportRefusal(session, result);
    return 1;
  }
  const shown = displayPath(session.cwd, folder);
  if (result.kind === "interrupted") {
    const kept =
      result.records.length === 0 ? "" : ` after ${result.records.length} epochs; --out ${shown} --resume goes on`;
    session.talk(`interrupted${kept}\n`);
    return 130;
  }
  const origin = { sourceSha256, settings: set, describeSpan: placesFromHome(compiled.sources) };
  const wrong = await buildRunModel(folder, student.graph, origin);
  session.report(wrong);
  summarise(session, folder, result);
  return wrong.length > 0 ? 1 : 0;
}

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: "train <path>",
  describe:
    "Trains a recipe on a folder of pictures for each class. The run's folder gets the weights, the figures of each epoch, their curves, and at the end the model as an ONNX file.",
  builder: (yargs) =>
    yargs
      .positional("path", { type: "string", demandOption: true, describe: "the .lfer file" })
      .option("recipe", { type: "string", demandOption: true, requiresArg: true, describe: "the recipe to train" })
      .option("data", {
        type: "string",
        requiresArg: true,
        describe:
          "the folder: DIR/train/CLASS/*.jpg with DIR/val or DIR/test, or DIR/CLASS/*.jpg, of which a fifth is held out; generated: drawn faces",
      })
      .option("engine", {
        type: "string",
        default: "auto",
        requiresArg: true,
        describe: `what runs the steps: auto (${engines[0].name}), ${engines.map(({ name }) => name).join(", ")}`,
      })
      .option("out", {
        alias: "o",
        type: "string",
        requiresArg: true,
        describe: `the run's folder; the first free ${runsFolder}/RECIPE-N unless told. Nothing is overwritten`,
      })
      .option("resume", {
        type: "boolean",
        default: false,
        describe: "go on with the run in --out where its last epoch ended; a run without one begins",
      })
      .option("set", recipeSetOption)
      .option("weights", {
        ...weightsOption,
        describe: `${weightsOption.describe}, to begin with in the place of drawn ones`,
      })
      .option("weights-map", weightsMapOption)
      .option("epochs", { type: "number", requiresArg: true, describe: "epochs, instead of the recipe's" })
      .option("limit", {
        type: "number",
        requiresArg: true,
        describe: "at most so many pictures to train on, and as many held out: for a quick try",
      })
      .option("seed", { type: "number", requiresArg: true, describe: "of all randomness, instead of the recipe's" })
      .option("threads", {
        type: "number",
        requiresArg: true,
        describe: "threads of the engine; all cores unless told",
      })
      .example(
        "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data generated --set size=64",
        "try it with nothing",
      )
      .example("lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data faces", "on pictures of one's own")
      .example(
        "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data faces --out runs/a --resume",
        "go on after an interruption",
      ),
  handler: (args) => runCommand((session) => train(session, args)),
};
