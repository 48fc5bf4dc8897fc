/** A training run from a recipe to its folder: data, teacher, loop, files. */

import { augmenterOf } from "../data/augment/from-recipe.js";
import { PictureStore, pictureBudget } from "../data/picture-store.js";
import { RuntimeFailure } from "../deploy/runtime.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { usesAllCores } from "../engines/engine.js";
import { sha256 } from "../formats/digest.js";
import { headPath } from "../weights/class-head.js";
import { contradictionOf } from "../weights/label-places.js";
import { loadWeights, type WeightSource } from "../weights/load-weights.js";
import type { Course } from "./course.js";
import { foldOf } from "./cross-fitting.js";
import { missingDistributions, openDistributions } from "./distributions.js";
import { lostPictures } from "./lost-pictures.js";
import { openData } from "./open-data.js";
import { planOf, type TrainingPlan, withClasses } from "./plan.js";
import { lossesOf, readPictures } from "./read-pictures.js";
import { crewFor } from "./run-crew.js";
import { weightFile } from "./run-folder.js";
import { runInFolder } from "./run-in-folder.js";
import { dataRecord, type RunFacts } from "./run-record.js";
import type { PreparedRun, RunEvents, RunRequest, RunResult } from "./run-request.js";
import { openTeacher } from "./teacher.js";
import { teacherPlace } from "./teacher-run.js";

const failed = (...problems: readonly Problem[]): RunResult => ({
  kind: "failed",
  diagnostics: problems.map((found) => found.diagnose({})),
});

/** Trains, and saves everything needed in the run's folder. */
export async function trainRun(request: RunRequest, events: RunEvents): Promise<RunResult> {
  try {
    return await prepareRun(request, events, (prepared) => runInFolder(request.claim, request, prepared, events));
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw error;
    return failed(problem("engine/refuses-step", { engine: request.engine.name, reason: error.message }));
  }
}

/** Opens and reads everything that a run needs before its first step; or returns the problems. */
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
      entry: request.source.entry,
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
      batches: {
        ...{ store, picture, classCount, augmenter, teacher: teacher?.teacher, crew, lost, distributions },
        stepsUseAllCores: usesAllCores(request.engine, request.threads),
      },
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

/** A problem if the labels of the initial weights prevent using the folders' classes. */
async function otherFolders(written: TrainingPlan, named: TrainingPlan, request: RunRequest) {
  if (named.labels === undefined || written.labels !== undefined || request.weights?.kind !== "file") return undefined;
  const set = await openData(written, request);
  if (!("read" in set)) return undefined;
  const head = headPath(written.step.network, written.output);
  const { file } = request.weights;
  const holes = { file, output: written.output, given: named.labels, wanted: set.classes, head };
  return [problem("weights/labels-differ", holes)];
}

/** A problem if the folders name the classes of the first output, and another output of the same layer already has other labels. */
function contradictionByFolders({ step, output }: TrainingPlan, given: readonly string[]): Problem | undefined {
  const clash = contradictionOf(step.network, output, given);
  if (clash === undefined) return undefined;
  return problem("weights/labels-contradict", { from: "the data", output, given, ...clash });
}

/** The student's initial weights from a file, instead of the seed's. */
function beginWith({ step, seed }: TrainingPlan, source: WeightSource | undefined) {
  if (source === undefined) return undefined;
  const loaded = loadWeights(step.network, source.kind === "file" ? { ...source, seed } : source);
  if (loaded.kind === "refused") return loaded;
  return { ...loaded, sha256: sha256(weightFile(step.network, loaded.weights, new Map())) };
}

/** The teacher of the plan, if it has one. */
async function teacherOf(plan: TrainingPlan, request: RunRequest) {
  if (plan.teacher === undefined) return undefined;
  const { engine, threads, teacherFile } = request;
  const file = await teacherPlace(teacherFile ?? plan.teacher.weights, request);
  if (isProblem(file)) return { diagnostics: [file.diagnose({})] };
  return openTeacher(plan.teacher, file, { classes: plan.labels ?? [], engine, threads });
}
