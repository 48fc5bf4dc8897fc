/** A training run from a recipe to its folder: data, teacher, course, files. */

import { augmenterOf } from "../data/augment/from-recipe.js";
import { PictureStore, pictureBudget } from "../data/picture-store.js";
import { RuntimeFailure } from "../deploy/runtime.js";
import { type Diagnostic, isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../digest.js";
import type { Graph } from "../ir/graph.js";
import type { Answers } from "../judging/answers.js";
import type { ElaboratedRecipe } from "../semantics/recipes.js";
import { headPath } from "../weights/class-head.js";
import { contradictionOf } from "../weights/label-places.js";
import { loadWeights, type NamesAccount, type RefusedWeights, type WeightSource } from "../weights/load-weights.js";
import { type Fold, foldOf } from "./cross-fitting.js";
import { missingDistributions, openDistributions } from "./distributions.js";
import type { Engine } from "./engines/engine.js";
import type { Course, StepProgress } from "./loop.js";
import { lostPictures } from "./lost-pictures.js";
import type { Best, EpochRecord } from "./metrics.js";
import { openData } from "./open-data.js";
import { planOf, type TrainingPlan, withClasses } from "./plan.js";
import { lossesOf, readPictures } from "./read-pictures.js";
import type { RunClaim } from "./run-claim.js";
import { crewFor } from "./run-crew.js";
import { weightFile } from "./run-folder.js";
import { runInFolder } from "./run-in-folder.js";
import { type Circumstances, dataRecord, type RunFacts } from "./run-record.js";
import type { Difference } from "./sealed-json.js";
import { openTeacher } from "./teacher.js";
import { teacherPlace } from "./teacher-run.js";

export interface RunRequest {
  readonly recipe: ElaboratedRecipe;
  /** Its student as inference sees it. */
  readonly deployed: Graph;
  readonly sourceSha256: string;
  readonly set: ReadonlyMap<string, string>;
  /** What `--data` says. */
  readonly data: string | undefined;
  /** The folder of the .lfer file, for paths that stand in it. */
  readonly home: string;
  /** The run's folder, taken for this run. */
  readonly claim: RunClaim;
  /** The source texts by their names in the run's folder. */
  readonly sources: ReadonlyMap<string, string>;
  readonly resume: boolean;
  readonly engine: Engine;
  readonly threads: number | undefined;
  /** A file that the student begins with; without one the seed draws everything. */
  readonly weights: WeightSource | undefined;
  readonly epochs: number | undefined;
  readonly limit: number | undefined;
  readonly seed: number | undefined;
  readonly circumstances: Circumstances;
  /** The teacher's file, where it is another one than the recipe's. */
  readonly teacherFile?: string | undefined;
  /** Of a run that is one of several: the part of the training pictures that it is judged by. */
  readonly fold?: Fold | undefined;
}

/** What a run tells while it goes on; nothing of it changes the run. */
export interface RunEvents {
  isStopped(): boolean;
  onWarning(diagnostic: Diagnostic): void;
  onReading(done: number, all: number): void;
  /** The weights to begin with are read. */
  onWeights(account: NamesAccount | undefined): void;
  /** The teacher's file has these of its outputs in another order than its model says; the file's is taken. */
  onTeacherOrder(file: string, outputs: readonly string[]): void;
  /** Everything is there; `kept` says which share of the pictures stays in memory. */
  onReady(facts: RunFacts, kept: PictureStore["kept"]): void;
  /** A run goes on, with so many epochs done; what may differ from how it was begun, and does. */
  onContinue(epochsDone: number, changes: readonly Difference[]): void;
  /** The step is compiled; from now on there is something to lose. */
  onStart(description: string, stepsPerEpoch: number): void;
  onStep(progress: StepProgress): void;
  /** An epoch, or the best weights at the end, are judged: so many pictures are done. */
  onJudging(done: number, all: number): void;
  /** These files of a run that goes on were missing, and are written anew from its checkpoint. */
  onRebuilt(files: readonly string[]): void;
  /** After its files are written. */
  onEpoch(records: readonly EpochRecord[], best: Best | undefined): Promise<Problem | undefined>;
}

export type RunResult =
  | {
      readonly kind: "finished";
      readonly plan: TrainingPlan;
      readonly records: readonly EpochRecord[];
      readonly best: Best;
      /** What the best weights say of the pictures held out. */
      readonly answers: Answers;
      /** Whether there was anything left to do. */
      readonly hasTrained: boolean;
    }
  | { readonly kind: "interrupted"; readonly plan: TrainingPlan; readonly records: readonly EpochRecord[] }
  | (Omit<RefusedWeights, "kind"> & {
      readonly kind: "failed";
      /** Where a number has overflowed: the rate of the recipe, and how many epochs there are good weights of. */
      readonly diverged?: { readonly lr: number; readonly epochs: number };
    });

const failed = (...problems: readonly Problem[]): RunResult => ({
  kind: "failed",
  diagnostics: problems.map((found) => found.diagnose({})),
});

/** Trains, keeping in the run's folder all that must not be lost. */
export async function trainRun(request: RunRequest, events: RunEvents): Promise<RunResult> {
  try {
    return await prepareRun(request, events, (prepared) => runInFolder(request.claim, request, prepared, events));
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw error;
    return failed(problem("engine/refuses-step", { engine: request.engine.name, reason: error.message }));
  }
}

export interface PreparedRun {
  readonly facts: RunFacts;
  readonly course: Course;
  /** Whether the run keeps the names of what is held out. */
  readonly keepsHeldOut: boolean;
}

/** Opens and reads all that a run needs before its first step, and hands it over; or says what hinders. */
export async function prepareRun(
  request: RunRequest,
  events: RunEvents,
  use: (prepared: PreparedRun) => Promise<RunResult>,
): Promise<RunResult> {
  const written = planOf(request.recipe, request.deployed, { epochs: request.epochs, seed: request.seed });
  if (isProblem(written)) return failed(written);
  const begun = beginWith(written, request.weights);
  if (begun?.kind === "refused") return { ...begun, kind: "failed" };
  events.onWeights(begun?.account);
  const named = withClasses(written, begun?.labels.get(written.output));
  const whole = await openData(named, request);
  if (!("read" in whole)) return failed(...((await otherFolders(written, named, request)) ?? whole));
  const set = request.fold === undefined ? whole : foldOf(whole, named, request.fold);
  if (isProblem(set)) return failed(set);
  const plan = withClasses(named, set.classes);
  const contradicted = named.labels === undefined ? contradictionByFolders(named, set.classes) : undefined;
  if (contradicted !== undefined) return failed(contradicted);
  for (const warning of set.warnings) events.onWarning(warning.diagnose({}));
  const { picture, classCount, seed, broken } = plan;
  const augmenter = augmenterOf(plan.augment, picture, seed);
  if (isProblem(augmenter)) return failed(augmenter);
  const distributions = await openDistributions(plan, set, request);
  if (isProblem(distributions)) return failed(distributions);
  const teacher = await teacherOf(plan, request);
  if (teacher !== undefined && "diagnostics" in teacher) return { ...teacher, kind: "failed" };
  if (teacher !== undefined && teacher.turned.length > 0) {
    events.onTeacherOrder(plan.teacher?.weights ?? "", teacher.turned);
  }
  const keepLarger = augmenter.takesParts;
  const crew = crewFor(plan, set, request.limit, keepLarger, events.onWarning);
  try {
    const store = new PictureStore(set, { target: picture, keepLarger, budgetBytes: pictureBudget() });
    const pictures = await readPictures(set, store, { limit: request.limit, seed, broken, crew }, events);
    if (pictures === undefined) return { kind: "interrupted", plan, records: [] };
    if (isProblem(pictures)) return failed(pictures);
    const missing = distributions === undefined ? undefined : missingDistributions(plan, distributions, pictures);
    if (missing !== undefined) return failed(missing);
    const facts: RunFacts = {
      plan,
      sourceSha256: request.sourceSha256,
      set: request.set,
      limit: request.limit,
      data: dataRecord(set, pictures),
      teacherSha256: teacher?.sha256,
      weightsSha256: begun?.sha256,
      distributionsSha256: distributions?.sha256,
      fold: request.fold,
    };
    events.onReady(facts, store.kept);
    const lost = lostPictures(lossesOf(set, pictures, broken), events.onWarning);
    const course: Course = {
      plan,
      engine: request.engine,
      threads: request.threads,
      batches: { store, picture, classCount, augmenter, teacher: teacher?.teacher, crew, lost, distributions },
      training: pictures.training,
      heldOut: pictures.heldOut,
      begun: begun?.weights,
    };
    return await use({ facts, course, keepsHeldOut: set.heldOutWasDrawn });
  } finally {
    await teacher?.teacher.dispose();
    await crew?.dispose();
  }
}

/** Where it is the labels of the weights to begin with that keep the folders from being used. */
async function otherFolders(written: TrainingPlan, named: TrainingPlan, request: RunRequest) {
  if (named.labels === undefined || written.labels !== undefined || request.weights?.kind !== "file") return undefined;
  const set = await openData(written, request);
  if (!("read" in set)) return undefined;
  const head = headPath(written.step.network, written.output);
  const { file } = request.weights;
  const holes = { file, output: written.output, given: named.labels, wanted: set.classes, head };
  return [problem("weights/labels-differ", holes)];
}

/** The folders give the first output its names, and another output of the same layer has some already. */
function contradictionByFolders({ step, output }: TrainingPlan, given: readonly string[]): Problem | undefined {
  const clash = contradictionOf(step.network, output, given);
  if (clash === undefined) return undefined;
  return problem("weights/labels-contradict", { from: "the data", output, given, ...clash });
}

/** The student's first weights from a file, in the place of what the seed draws. */
function beginWith({ step, seed }: TrainingPlan, source: WeightSource | undefined) {
  if (source === undefined) return undefined;
  const loaded = loadWeights(step.network, source.kind === "file" ? { ...source, seed } : source);
  if (loaded.kind === "refused") return loaded;
  return { ...loaded, sha256: sha256(weightFile(step.network, loaded.weights, new Map())) };
}

/** The teacher of a plan that has one. */
async function teacherOf(plan: TrainingPlan, request: RunRequest) {
  if (plan.teacher === undefined) return undefined;
  const { engine, threads, teacherFile } = request;
  const file = await teacherPlace(teacherFile ?? plan.teacher.weights, request);
  if (isProblem(file)) return { diagnostics: [file.diagnose({})] };
  return openTeacher(plan.teacher, file, { classes: plan.labels ?? [], engine, threads });
}
