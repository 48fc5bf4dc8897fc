/** A training of several runs: the teacher's before the student's, and one for each fold. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { counted } from "../diagnostics/counted.js";
import { isProblem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import type { Engine } from "../engines/engine.js";
import type { TrainerOfTeacher } from "../semantics/recipes/teacher-recipes.js";
import { sourceDigest } from "../source/source-origin.js";
import type { Fold } from "../training/cross-fitting.js";
import { beginFolds, foldsOfRecipe, seedOfRecipe } from "../training/fold-runs.js";
import { isTold } from "../training/recipe-paths.js";
import { claimRun, type RunClaim } from "../training/run-claim.js";
import { foldFolder, runFiles } from "../training/run-files.js";
import type { Circumstances } from "../training/run-record.js";
import { hasTeacherFile } from "../training/teacher-run.js";
import type { WeightSource } from "../weights/load-weights.js";
import { compileOneRecipe, type OneRecipe } from "./one-recipe.js";
import { displayPath } from "./project.js";
import type { ExitCode, Session } from "./session.js";
import type { StoppedRun } from "./train-events.js";
import { type RunArguments, saidData, tellOfPart, tellOfRest } from "./train-events.js";

export interface TrainArguments extends RunArguments {
  readonly out?: string | undefined;
  readonly resume: boolean;
}

/** Common to all runs of a training. */
export interface Preparation {
  readonly made: OneRecipe;
  readonly set: ReadonlyMap<string, string>;
  readonly engine: Engine;
  readonly threads: number | undefined;
  readonly claim: RunClaim;
  readonly circumstances: Circumstances;
  readonly weights: WeightSource | undefined;
}

/** One run, ready to start. */
export interface Prepared extends Preparation {
  /** The teacher's file, if it differs from the recipe's. */
  readonly teacherFile: string | undefined;
  readonly fold: Fold | undefined;
  /** Prints how to continue when the run is stopped. */
  readonly tellOfRest: (result: StoppedRun) => void;
}

type RunOne = (args: TrainArguments, prepared: Prepared) => Promise<ExitCode>;

/** The whole training of a command line. */
export async function trainParts(
  session: Session,
  args: TrainArguments,
  all: Preparation,
  runOne: RunOne,
): Promise<ExitCode> {
  const teacher = await trainTeacher(session, args, all, runOne);
  if (typeof teacher !== "object") return teacher;
  const { folder } = all.claim;
  const common = { ...all, teacherFile: teacher.file };
  const folds = foldsOfRecipe(all.made.recipe);
  if (folds > 1) return trainFolds(session, args, { common, folds }, runOne);
  return runOne(args, {
    ...common,
    fold: undefined,
    tellOfRest: (result) => tellOfRest(session, args, folder, result),
  });
}

/** A run in a subfolder of the whole training; new or resumed. `whole` is the user's command line. */
async function runBelow(
  session: Session,
  { whole, args }: { readonly whole: TrainArguments; readonly args: TrainArguments },
  { parent, name }: { readonly parent: string; readonly name: string },
  prepared: Omit<Prepared, "claim" | "tellOfRest">,
  runOne: RunOne,
): Promise<ExitCode> {
  const claim = await claimRun(join(parent, name), true);
  if (isProblem(claim)) {
    session.report([claim.diagnose({})]);
    return 1;
  }
  try {
    return await runOne(
      { ...args, resume: true },
      { ...prepared, claim, tellOfRest: (result) => tellOfPart(session, whole, { parent, name }, result) },
    );
  } finally {
    await claim.release();
  }
}

/** The teacher's file if its recipe has trained it; the exit code if that did not finish. */
async function trainTeacher(
  session: Session,
  args: TrainArguments,
  all: Preparation,
  runOne: RunOne,
): Promise<{ readonly file: string | undefined } | ExitCode> {
  const { recipe, compiled } = all.made;
  const { teacher } = recipe;
  if (teacher?.trainedBy === undefined) return { file: undefined };
  const parent = all.claim.folder;
  const own = join(parent, runFiles.teacher);
  const paths = { home: dirname(resolve(session.cwd, compiled.path)), set: all.set };
  const shown = oneLine(displayPath(session.cwd, own));
  // A run that began with its own teacher keeps it.
  if (!existsSync(own)) {
    if (isTold(teacher.weights, paths)) return { file: undefined };
    if (await hasTeacherFile(teacher.weights, paths)) {
      session.talk(`teacher: ${oneLine(teacher.weights)}\n`);
      return { file: undefined };
    }
    session.talk(`teacher: there is no ${oneLine(teacher.weights)}\n`);
  } else if (existsSync(join(own, runFiles.onnx))) {
    session.talk(`teacher: ${shown}\n`);
    return { file: own };
  }
  const made = await compileTrainer(session, args, teacher.trainedBy);
  if (made === undefined) return 1;
  const { recipe: trainer } = teacher.trainedBy;
  const epochs = made.recipe.settings.train.fields.epochs;
  session.talk(`teacher: ${trainer} trains it first, ${counted(epochs, "epoch")}, in ${shown}\n`);
  session.talk(`         (for another length start again with --set ${trainer}.epochs=N)\n`);
  // The teacher must not see pictures that the seed holds out for the student.
  const seed = args.seed ?? seedOfRecipe(recipe);
  const code = await runBelow(
    session,
    { whole: args, args: { ...args, recipe: teacher.trainedBy.recipe, epochs: undefined, seed } },
    { parent, name: runFiles.teacher },
    { ...all, made, set: teacher.trainedBy.settings, weights: undefined, teacherFile: undefined, fold: undefined },
    runOne,
  );
  return code === 0 ? { file: own } : code;
}

const compileTrainer = (session: Session, { path }: TrainArguments, { recipe, settings }: TrainerOfTeacher) =>
  compileOneRecipe(session, path, recipe, settings);

/** One run after the other, each in its own folder; finished ones are skipped. */
async function trainFolds(
  session: Session,
  args: TrainArguments,
  { common, folds }: { readonly common: Omit<Prepared, "fold" | "tellOfRest">; readonly folds: number },
  runOne: RunOne,
): Promise<ExitCode> {
  const { made, set, claim } = common;
  const parent = claim.folder;
  const begun = await beginFolds(parent, {
    recipe: made.recipe,
    folds,
    seed: args.seed ?? seedOfRecipe(made.recipe),
    sourceSha256: sourceDigest(made.compiled.sources),
    set,
  });
  if (isProblem(begun)) {
    session.report([begun.diagnose({})]);
    return 1;
  }
  for (let index = 1; index <= folds; index++) {
    session.talk(`part ${index} of ${folds}\n`);
    const fold = { index, of: folds };
    const code = await runBelow(
      session,
      { whole: args, args },
      { parent, name: foldFolder(index) },
      { ...common, fold },
      runOne,
    );
    if (code !== 0) return code;
  }
  const shown = oneLine(displayPath(session.cwd, parent));
  session.print(`folds: ${folds} models in ${shown}, each for the pictures that it never saw\n`);
  session.print(`next:  lferc distill ${shown} --data ${saidData(args)} -o distributions.csv\n`);
  return 0;
}
