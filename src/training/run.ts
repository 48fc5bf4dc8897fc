/** A training run from a recipe to its folder: data, teacher, course, files. */

import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { augmenterOf } from "../data/augment/from-recipe.js";
import { PictureStore, pictureBudget } from "../data/picture-store.js";
import { RuntimeFailure } from "../deploy/runtime.js";
import { type Diagnostic, isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import { sha256 } from "../digest.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import { evaluationKey } from "../recipe/evaluation.js";
import type { ElaboratedRecipe } from "../semantics/recipes.js";
import { trainingStep } from "../step/training-step.js";
import { headPath } from "../weights/class-head.js";
import { labelMetadata } from "../weights/label-metadata.js";
import { contradictionOf } from "../weights/label-places.js";
import { loadWeights, type NamesAccount, type RefusedWeights, type WeightSource } from "../weights/load-weights.js";
import { type Checkpoint, removeOtherSlots, writeCheckpoint } from "./checkpoint.js";
import { type Fold, foldOf } from "./cross-fitting.js";
import { missingDistributions, openDistributions } from "./distributions.js";
import type { Engine } from "./engines/engine.js";
import { bestFileOf, writeEpochFiles } from "./epoch-files.js";
import { type Course, runCourse, type StepProgress } from "./loop.js";
import type { Best, EpochRecord } from "./metrics.js";
import { openData } from "./open-data.js";
import { planOf, type TrainingPlan, withClasses } from "./plan.js";
import { readPictures } from "./read-pictures.js";
import { findRun } from "./resume.js";
import type { RunClaim } from "./run-claim.js";
import { runFiles } from "./run-files.js";
import { jsonText, makeRunFolder, weightFile, writeRunFile } from "./run-folder.js";
import { dataRecord, type RunFacts, runRecord } from "./run-record.js";
import { type Difference, sealed } from "./sealed-json.js";
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
  /** After its files are written. */
  onEpoch(records: readonly EpochRecord[], best: Best | undefined): Promise<Problem | undefined>;
}

export type RunResult =
  | {
      readonly kind: "finished";
      readonly plan: TrainingPlan;
      readonly records: readonly EpochRecord[];
      readonly best: Best;
      /** Whether there was anything left to do. */
      readonly hasTrained: boolean;
    }
  | { readonly kind: "interrupted"; readonly plan: TrainingPlan; readonly records: readonly EpochRecord[] }
  | (Omit<RefusedWeights, "kind"> & { readonly kind: "failed" });

const failed = (...problems: readonly Problem[]): RunResult => ({
  kind: "failed",
  diagnostics: problems.map((found) => found.diagnose({})),
});

/** Trains, keeping in the run's folder all that must not be lost. */
export async function trainRun(request: RunRequest, events: RunEvents): Promise<RunResult> {
  try {
    return await runRecipe(request, events);
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw error;
    return failed(problem("engine/refuses-step", { engine: request.engine.name, reason: error.message }));
  }
}

async function runRecipe(request: RunRequest, events: RunEvents): Promise<RunResult> {
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
  const { width, height, mean } = plan.picture;
  const augmenter = augmenterOf(plan.augment, { width, height, mean }, plan.seed);
  if (isProblem(augmenter)) return failed(augmenter);
  const distributions = await openDistributions(plan, set, request);
  if (isProblem(distributions)) return failed(distributions);
  const teacher = await teacherOf(plan, request);
  if (teacher !== undefined && "diagnostics" in teacher) return { ...teacher, kind: "failed" };
  if (teacher !== undefined && teacher.turned.length > 0) {
    events.onTeacherOrder(plan.teacher?.weights ?? "", teacher.turned);
  }
  try {
    const store = new PictureStore(set, {
      target: plan.picture,
      keepLarger: augmenter.takesParts,
      budgetBytes: pictureBudget(),
    });
    const pictures = await readPictures(set, store, { limit: request.limit, seed: plan.seed }, events);
    if (pictures === undefined) return { kind: "interrupted", plan, records: [] };
    if (isProblem(pictures)) return failed(pictures);
    const missing = distributions === undefined ? undefined : missingDistributions(plan, distributions, pictures);
    if (missing !== undefined) return failed(missing);
    const facts: RunFacts = {
      plan,
      sourceSha256: request.sourceSha256,
      set: request.set,
      limit: request.limit,
      data: dataRecord(set, pictures, pictures.broken, pictures.fingerprint),
      teacherSha256: teacher?.sha256,
      weightsSha256: begun?.sha256,
      distributionsSha256: distributions?.sha256,
      fold: request.fold,
    };
    events.onReady(facts, store.kept);
    const course: Course = {
      plan,
      engine: request.engine,
      threads: request.threads,
      batches: {
        store,
        picture: plan.picture,
        classCount: plan.classCount,
        augmenter,
        teacher: teacher?.teacher,
        distributions,
      },
      training: pictures.training,
      heldOut: pictures.heldOut,
      begun: begun?.weights,
    };
    return await runIn(request, facts, course, set.heldOutWasDrawn, events);
  } finally {
    await teacher?.teacher.dispose();
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

async function runIn(
  request: RunRequest,
  facts: RunFacts,
  course: Course,
  keepsHeldOut: boolean,
  events: RunEvents,
): Promise<RunResult> {
  const { claim, engine, threads } = request;
  const { folder } = claim;
  const { plan } = course;
  const recordOf = (description: string, id: string) =>
    runRecord(facts, { name: engine.name, description, threads }, id);
  const now = recordOf(engine.name, "");
  const mayChangeLength = request.epochs !== undefined;
  const found = request.resume ? await findRun({ folder, now, mayChangeLength, slots: slotSizes(plan) }) : undefined;
  if (isProblem(found)) return failed(found);
  const standing = found?.checkpoint?.standing;
  let records: readonly EpochRecord[] = found?.checkpoint?.metrics ?? [];
  let best = standing?.best;
  let bestSha256 = found?.checkpoint?.bestSha256;
  if (standing !== undefined) await removeOtherSlots(folder, standing.epochsDone);
  if (standing !== undefined && found?.isComplete === false) {
    const unwritten = await writeEpochFiles(folder, plan, standing, records);
    if (unwritten !== undefined) return failed(unwritten);
  }
  if (standing !== undefined && standing.epochsDone >= plan.epochs && best !== undefined) {
    return { kind: "finished", plan, records, best, hasTrained: false };
  }
  if (found !== undefined) events.onContinue(standing?.epochsDone ?? 0, found.changes);
  const id = found?.id ?? randomUUID();
  let about = now;
  const network = plan.deployed;
  const outcome = await runCourse(course, standing, {
    ...events,
    onStart: async (description, stepsPerEpoch) => {
      events.onStart(description, stepsPerEpoch);
      about = recordOf(description, id);
      const keys = jsonText(course.heldOut.map(({ key }) => key));
      // What says that this is a run, and may be gone on with, comes first.
      const files = [
        [runFiles.about, sealed(about)] as const,
        ...request.sources,
        ...(keepsHeldOut ? [[runFiles.heldOut, keys] as const] : []),
      ];
      for (const [name, text] of files) {
        const unwritten =
          (await makeRunFolder(dirname(join(folder, name)))) ?? (await writeRunFile(folder, name, text));
        if (unwritten !== undefined) return unwritten;
      }
      return undefined;
    },
    onEpoch: async (finished) => {
      const before = records;
      records = [...records, finished.record];
      best = finished.standing.best;
      const bestFile = bestFileOf(plan, finished.standing);
      if (bestFile !== undefined) bestSha256 = sha256(bestFile);
      const checkpoint: Checkpoint = { standing: finished.standing, metrics: records, bestSha256 };
      const write = [
        () => writeCheckpoint(folder, about, checkpoint, labelMetadata(network)),
        () => writeEpochFiles(folder, plan, finished.standing, records),
      ];
      // The best weights so far are overwritten only when those that go on can be made again. At first there are none.
      for (const step of before.length === 0 ? write.reverse() : write) {
        const unwritten = (await claim.lost()) ?? (await step());
        if (unwritten !== undefined) return unwritten;
      }
      return events.onEpoch(records, best);
    },
  });
  switch (outcome.kind) {
    case "failed":
      return failed(outcome.problem);
    case "interrupted": {
      const metadata = new Map([
        ["model", network.name],
        ["interrupted_after_epoch", String(records.length)],
        [evaluationKey, plan.evaluatedBy],
      ]);
      const lost =
        (await claim.lost()) ??
        (await writeRunFile(folder, runFiles.last, weightFile(network, outcome.state, metadata)));
      return lost === undefined ? { kind: "interrupted", plan, records } : failed(lost);
    }
    case "finished":
      invariant(best !== undefined, "a run without a best epoch");
      return { kind: "finished", plan, records, best, hasTrained: true };
  }
}

function slotSizes(plan: TrainingPlan): ReadonlyMap<string, number> {
  const graph = trainingStep(plan.step);
  return new Map(graph.slots.map(({ name, value }) => [name, elementCount(typeOf(graph, value).shape)]));
}
