import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import type { Sources } from "../compiler.js";
import { diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { automaticText, chooseEngine, engines } from "../engines/registry.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import { placesFromHome, sourceDigest } from "../source/source-origin.js";
import { buildRunModel } from "../training/build-model.js";
import { trainRun } from "../training/run.js";
import { claimNextRun, claimRun, dayOf, type RunClaim } from "../training/run-claim.js";
import { runFiles } from "../training/run-files.js";
import { runSource } from "../training/run-source.js";
import { type Stretch, stoppable, takeInterrupts } from "./interrupts.js";
import { type LiveLine, liveLine } from "./live-line.js";
import { compileOneRecipe } from "./one-recipe.js";
import { displayPath, projectRoot } from "./project.js";
import { runCircumstances } from "./run-circumstances.js";
import { reportRun } from "./run-report.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { parseSettings, recipeOption, recipeSetOption } from "./shared-options.js";
import { talkOfEngine, threadsOf } from "./talk-of-runtime.js";
import { eventsFor, summarise, tellOfSmallerRate } from "./train-events.js";
import { type Prepared, type TrainArguments, trainParts } from "./train-parts.js";
import { UsageError } from "./usage.js";
import { readWeights, reportRefusal, weightsMapOption, weightsOption } from "./weight-arguments.js";

const runsFolder = "runs";

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
  if (args.resume && args.out === undefined) refuseUsage("--resume needs --out, the run to resume");
  if (args.data === "") refuseUsage("--data takes a folder, or generated");
}

const textsOf = ({ files }: Sources): ReadonlyMap<string, string> =>
  new Map([...files].map(([path, { text }]) => [path, text]));

async function train(session: Session, args: TrainArguments, commands: readonly string[]): Promise<ExitCode> {
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
  const chosen = await chooseEngine(args.engine, args.threads);
  if (isProblem(chosen)) return refuse(chosen);
  const { engine } = chosen;
  talkOfEngine(session, chosen);
  const threads = threadsOf(session, engine, args.threads);
  const circumstances = await runCircumstances(
    projectRoot(resolve(session.cwd, args.path), session.cwd),
    chosen.found.version,
  );
  const claim =
    args.out === undefined
      ? await claimNextRun(join(session.cwd, runsFolder), `${made.recipe.name}-${dayOf(circumstances.now())}`)
      : await claimRun(resolve(session.cwd, args.out), args.resume);
  if (isProblem(claim)) return refuse(claim);
  tellOfClaim(session, claim, args.resume);
  const source = weights.kind === "file" ? weights : undefined;
  const named = { ...args, recipe: made.recipe.name };
  const all = { made, set, engine, threads, claim, circumstances, weights: source };
  try {
    return await trainParts(session, named, all, (part, prepared) => runAndBuild(session, part, prepared, commands));
  } finally {
    await claim.release();
  }
}

/** Reports what dead processes had left in the run's folder. */
function tellOfClaim(session: Session, { folder, takenFrom, swept }: RunClaim, resume: boolean): void {
  const shown = oneLine(displayPath(session.cwd, folder));
  if (takenFrom !== undefined) {
    const { pid, host, since } = takenFrom;
    session.talk(
      `${shown} was locked by process ${pid} on ${oneLine(host)} since ${oneLine(since)}, which is gone: taken over\n`,
    );
  }
  // A mistyped name would cost hours. A folder in which only a teacher has begun is not a new run.
  const begun = [runFiles.about, join(runFiles.teacher, runFiles.about)];
  if (resume && !begun.some((file) => existsSync(join(folder, file))))
    session.talk(`${shown} holds no run to resume: a new one begins there\n`);
  if (swept.length > 0) session.talk(`${shown}: removed files that a killed process left half written\n`);
}

/** One run, from its pictures to its model. */
async function runAndBuild(
  session: Session,
  args: TrainArguments,
  prepared: Prepared,
  commands: readonly string[],
): Promise<ExitCode> {
  const line = liveLine({ log: session.talk });
  const stretch = stoppable(() => {
    line.clear();
    session.talk("stopping; Ctrl-C again stops at once\n");
  });
  try {
    return await runWatched(session, args, prepared, stretch, line, commands);
  } finally {
    line.clear();
    stretch.end();
  }
}

async function runWatched(
  session: Session,
  args: TrainArguments,
  { made, set, engine, threads, claim, circumstances, weights, teacherFile, fold, tellOfRest }: Prepared,
  stretch: Stretch,
  line: LiveLine,
  commands: readonly string[],
): Promise<ExitCode> {
  const { recipe, student, compiled } = made;
  const { folder } = claim;
  const sourceSha256 = sourceDigest(compiled.sources);
  const { data, resume, epochs, limit, seed } = args;
  const result = await trainRun(
    {
      recipe,
      deployed: student.graph,
      sourceSha256,
      set,
      data,
      home: dirname(resolve(session.cwd, compiled.path)),
      claim,
      source: runSource(compiled.sources.entry, textsOf(compiled.sources)),
      resume,
      engine,
      threads,
      weights,
      epochs,
      limit,
      seed,
      circumstances,
      teacherFile,
      fold,
    },
    eventsFor(session, line, stretch, folder, made),
  );
  line.clear();
  stretch.end();
  if (result.kind === "failed") {
    reportRefusal(session, result);
    const { diverged } = result;
    if (diverged !== undefined && diverged.epochs > 0) {
      tellOfSmallerRate(session, args, folder, { made, lr: diverged.lr });
    }
    return 1;
  }
  const ended = {
    cwd: session.cwd,
    folder,
    records: result.records,
    data: data ?? pathInRecipe(recipe, dirname(resolve(session.cwd, compiled.path))),
    graph: student.graph,
  };
  if (result.kind === "interrupted" || stretch.isStopped()) {
    if (result.records.length > 0) session.report((await reportRun(ended)).diagnostics);
    tellOfRest(result);
    return 130;
  }
  if (!result.hasTrained) {
    const { length } = result.records;
    const { epochs: asked } = result.plan;
    const more = asked < length ? `, more than --epochs ${asked}` : "";
    const rest = asked > length ? "; it ended early, as no epoch was better" : "; a larger --epochs continues it";
    session.talk(`finished before: ${length} epochs are done${more}${rest}\n`);
  }
  // Ending at once loses nothing now, but the command for the model is printed.
  const ending = takeInterrupts(() => {
    tellOfRest(result);
    process.exit(130);
  });
  try {
    const origin = { sourceSha256, settings: set, describeSpan: placesFromHome(compiled.sources) };
    const wrong = await buildRunModel(folder, student.graph, origin);
    const reported = await reportRun(ended);
    const all = [...wrong, ...reported.diagnostics];
    session.report(all);
    summarise(session, folder, result, args, commands);
    session.print(reported.summary);
    return all.some(({ severity }) => severity === "error") ? 1 : 0;
  } finally {
    ending.release();
  }
}

/** The folder that the recipe itself names, relative to its file. */
function pathInRecipe({ settings }: ElaboratedRecipe, home: string): string | undefined {
  const { path } = settings.data.fields;
  return path === "" ? undefined : resolve(home, path);
}

/** `commands`: the names of all commands. */
export const trainCommand = (commands: readonly string[]): CommandModule<object, TrainArguments> => ({
  command: "train <path>",
  describe:
    "Trains a recipe on pictures in one folder per class. The run's folder gets the weights, the metrics of each epoch, their curves, and at the end the model as an ONNX file.",
  builder: (yargs) =>
    yargs
      .positional("path", { type: "string", demandOption: true, describe: "the .lfer file" })
      .option("recipe", recipeOption)
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
        describe: `what runs the steps: ${automaticText}, ${engines.map(({ name }) => name).join(", ")}`,
      })
      .option("out", {
        alias: "o",
        type: "string",
        requiresArg: true,
        describe: `the run's folder; default ${runsFolder}/RECIPE-DATE, or the first free one of RECIPE-DATE-2, -3, ... Nothing is overwritten`,
      })
      .option("resume", {
        type: "boolean",
        default: false,
        describe: "resume the run in --out after its last epoch; start a new one if there is none",
      })
      .option("set", recipeSetOption)
      .option("weights", {
        ...weightsOption,
        describe: `${weightsOption.describe}, as initial weights`,
      })
      .option("weights-map", weightsMapOption)
      .option("epochs", { type: "number", requiresArg: true, describe: "epochs, instead of the recipe's" })
      .option("limit", {
        type: "number",
        requiresArg: true,
        describe: "use at most this many pictures for training, and as many held out: for a quick test",
      })
      .option("seed", { type: "number", requiresArg: true, describe: "random seed, instead of the recipe's" })
      .option("threads", {
        type: "number",
        requiresArg: true,
        describe: "threads of the engine; default all cores",
      })
      .example(
        "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data generated --set size=64",
        "without any data",
      )
      .example("lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data faces", "on your own pictures")
      .example(
        "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data faces --out runs/a --resume",
        "resume after an interruption",
      ),
  handler: (args) => runCommand((session) => train(session, args, commands)),
});
