/** A training run from a recipe to its folder: data, teacher, course, files. */

import { dirname, join, resolve } from "node:path";
import { augmenterOf } from "../data/augment/from-recipe.js";
import type { DataSet, Sample } from "../data/data-set.js";
import { limitSamples } from "../data/held-out.js";
import { type BrokenPicture, PictureStore, pictureBudget } from "../data/picture-store.js";
import { RuntimeFailure } from "../deploy/runtime.js";
import { type Diagnostic, diagnose, isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import { sha256 } from "../digest.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import type { ElaboratedRecipe } from "../semantics/recipes.js";
import { trainingStep } from "../step/training-step.js";
import { loadWeights, type NamesAccount, type RefusedWeights, type WeightSource } from "../weights/load-weights.js";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.js";
import type { Engine } from "./engines/engine.js";
import { type Course, type FinishedEpoch, runCourse, type StepProgress } from "./loop.js";
import type { Best, EpochRecord } from "./metrics.js";
import { openData } from "./open-data.js";
import { planOf, type TrainingPlan } from "./plan.js";
import { runFiles } from "./run-files.js";
import { jsonText, makeFolder, metricsText, weightFile, writeRunFile } from "./run-folder.js";
import { dataRecord, identityOf, type RunFacts, runRecord } from "./run-record.js";
import { openTeacher } from "./teacher.js";

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
  /** The run's folder, absolute; it is made when training begins. */
  readonly folder: string;
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
}

/** What a run tells while it goes on; nothing of it changes the run. */
export interface RunEvents {
  isStopped(): boolean;
  onWarning(diagnostic: Diagnostic): void;
  onReading(done: number, all: number): void;
  /** The weights to begin with are read. */
  onWeights(account: NamesAccount | undefined): void;
  /** Everything is there; `kept` says which share of the pictures stays in memory. */
  onReady(facts: RunFacts, kept: PictureStore["kept"]): void;
  /** The step is compiled. */
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
  const plan = planOf(request.recipe, request.deployed, { epochs: request.epochs, seed: request.seed });
  if (isProblem(plan)) return failed(plan);
  const begun = beginWith(plan, request.weights);
  if (begun?.kind === "refused") return { ...begun, kind: "failed" };
  events.onWeights(begun?.account);
  const set = await openData(plan, request);
  if (!("read" in set)) return failed(...set);
  for (const warning of set.warnings) events.onWarning(warning.diagnose({}));
  const { width, height, mean } = plan.picture;
  const augmenter = augmenterOf(plan.augment, { width, height, mean }, plan.seed);
  if (isProblem(augmenter)) return failed(augmenter);
  const teacher = await teacherOf(plan, request);
  if (teacher !== undefined && "diagnostics" in teacher) return { ...teacher, kind: "failed" };
  try {
    const store = new PictureStore(set, {
      target: plan.picture,
      keepLarger: augmenter.takesParts,
      budgetBytes: pictureBudget(),
    });
    const pictures = await readAll(set, store, plan, request, events);
    if (pictures === undefined) return { kind: "interrupted", plan, records: [] };
    if (isProblem(pictures)) return failed(pictures);
    const facts: RunFacts = {
      plan,
      sourceSha256: request.sourceSha256,
      set: request.set,
      limit: request.limit,
      data: dataRecord(set, pictures, pictures.broken, pictures.fingerprint),
      teacherSha256: teacher?.sha256,
      weightsSha256: begun?.sha256,
    };
    events.onReady(facts, store.kept);
    const course: Course = {
      plan,
      engine: request.engine,
      threads: request.threads,
      batches: { store, picture: plan.picture, classCount: plan.classCount, augmenter, teacher: teacher?.teacher },
      training: pictures.training,
      heldOut: pictures.heldOut,
      begun: begun?.weights,
    };
    return await runIn(request, facts, course, set.heldOutWasDrawn, events);
  } finally {
    await teacher?.teacher.dispose();
  }
}

/** The student's first weights from a file, in the place of what the seed draws. */
function beginWith({ step, seed }: TrainingPlan, source: WeightSource | undefined) {
  if (source === undefined) return undefined;
  const loaded = loadWeights(step.network, source.kind === "file" ? { ...source, seed } : source);
  if (loaded.kind === "refused") return loaded;
  return { ...loaded, sha256: sha256(weightFile(step.network, loaded.weights, new Map())) };
}

/** Broken pictures that are named one by one; run.json has all of them. */
const namedAtMost = 10;

interface Pictures {
  readonly training: readonly Sample[];
  readonly heldOut: readonly Sample[];
  readonly broken: readonly BrokenPicture[];
  readonly fingerprint: string;
}

/** Reads every picture once and leaves out the broken ones; undefined where the user has had enough of it. */
async function readAll(
  set: DataSet,
  store: PictureStore,
  plan: TrainingPlan,
  { limit }: RunRequest,
  events: RunEvents,
): Promise<Pictures | Problem | undefined> {
  const training = limitSamples(set.training, limit, plan.seed);
  const heldOut = limitSamples(set.heldOut, limit, plan.seed);
  const all = [...training, ...heldOut];
  const looked = await store.inspect(all, (done) => events.onReading(done, all.length), events.isStopped);
  if (events.isStopped()) return undefined;
  const { good, broken, fingerprint } = looked;
  for (const { problem: found } of broken.slice(0, namedAtMost)) {
    events.onWarning({ ...found.diagnose({}), severity: "warning" });
  }
  if (broken.length > 0) {
    const holes = { data: set.description, broken: broken.length, all: all.length, named: namedAtMost };
    events.onWarning(diagnose("data/pictures-left-out", holes));
  }
  const halves = {
    training: training.filter((sample) => good.has(sample)),
    heldOut: heldOut.filter((sample) => good.has(sample)),
  };
  if (halves.training.length === 0 || halves.heldOut.length === 0) {
    return problem("train/no-good-pictures", { data: set.description, broken: broken.length, all: all.length });
  }
  return { ...halves, broken, fingerprint };
}

/** The teacher of a plan that has one; a path in the file counts from the file's folder. */
async function teacherOf(plan: TrainingPlan, { home, engine, threads }: RunRequest) {
  if (plan.teacher === undefined) return undefined;
  const file = plan.teacher.weights;
  return openTeacher(plan.teacher, { file, path: resolve(home, file) }, engine, threads);
}

async function runIn(
  request: RunRequest,
  facts: RunFacts,
  course: Course,
  keepsHeldOut: boolean,
  events: RunEvents,
): Promise<RunResult> {
  const { folder, engine, threads } = request;
  const { plan } = course;
  const identity = identityOf(facts);
  const found = request.resume ? await readCheckpoint(folder, identity, slotSizes(plan)) : undefined;
  if (isProblem(found)) return failed(found);
  let records: readonly EpochRecord[] = found?.metrics ?? [];
  let best = found?.standing.best;
  const network = plan.deployed;
  const outcome = await runCourse(course, found?.standing, {
    ...events,
    onStart: async (description, stepsPerEpoch) => {
      events.onStart(description, stepsPerEpoch);
      const about = runRecord(facts, { name: engine.name, description, threads });
      const keys = jsonText(course.heldOut.map(({ key }) => key));
      const files = [
        ...request.sources,
        ...(keepsHeldOut ? [[runFiles.heldOut, keys] as const] : []),
        [runFiles.about, jsonText(about)] as const,
      ];
      for (const [name, text] of files) {
        const unwritten = (await makeFolder(dirname(join(folder, name)))) ?? (await writeRunFile(folder, name, text));
        if (unwritten !== undefined) return unwritten;
      }
      return undefined;
    },
    onEpoch: async (finished) => {
      records = [...records, finished.record];
      best = finished.standing.best;
      const checkpoint: Checkpoint = { standing: finished.standing, metrics: records };
      return (
        (await writeEpoch(folder, plan, finished, records)) ??
        (await writeCheckpoint(folder, identity, checkpoint)) ??
        (await events.onEpoch(records, best))
      );
    },
  });
  switch (outcome.kind) {
    case "failed":
      return failed(outcome.problem);
    case "interrupted": {
      const metadata = new Map([
        ["model", network.name],
        ["interrupted_after_epoch", String(records.length)],
      ]);
      const lost = await writeRunFile(folder, runFiles.last, weightFile(network, outcome.state, metadata));
      return lost === undefined ? { kind: "interrupted", plan, records } : failed(lost);
    }
    case "finished":
      invariant(best !== undefined, "a run without a best epoch");
      return { kind: "finished", plan, records, best };
  }
}

/** The weights before what is told of them. */
async function writeEpoch(
  folder: string,
  plan: TrainingPlan,
  { record, standing, bestWeights }: FinishedEpoch,
  records: readonly EpochRecord[],
): Promise<Problem | undefined> {
  const graph = plan.deployed;
  const about = (accuracy: number): ReadonlyMap<string, string> =>
    new Map([
      ["model", graph.name],
      ["epoch", String(record.epoch)],
      ["accuracy", String(accuracy)],
    ]);
  const best =
    bestWeights === undefined
      ? undefined
      : await writeRunFile(folder, runFiles.best, weightFile(graph, bestWeights, about(standing.best?.accuracy ?? 0)));
  return (
    best ??
    (await writeRunFile(folder, runFiles.last, weightFile(graph, standing.state, about(record.validationAccuracy)))) ??
    (await writeRunFile(folder, runFiles.metrics, metricsText(records)))
  );
}

function slotSizes(plan: TrainingPlan): ReadonlyMap<string, number> {
  const graph = trainingStep(plan.step);
  return new Map(graph.slots.map(({ name, value }) => [name, elementCount(typeOf(graph, value).shape)]));
}
