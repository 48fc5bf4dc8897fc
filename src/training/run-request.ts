/** What a run is asked for, what it tells while it goes on, and what it comes to. */
import type { PictureStore } from "../data/picture-store.js";
import type { Diagnostic, Problem } from "../diagnostics/diagnostic.js";
import type { Engine } from "../engines/engine.js";
import type { Graph } from "../ir/graph.js";
import type { Answers } from "../judging/answers.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import type { NamesAccount, RefusedWeights, WeightSource } from "../weights/load-weights.js";
import type { Course, StepProgress } from "./course.js";
import type { Fold } from "./cross-fitting.js";
import type { Best, EpochRecord } from "./metrics.js";
import type { TrainingPlan } from "./plan.js";
import type { RunClaim } from "./run-claim.js";
import type { Circumstances, RunFacts } from "./run-record.js";
import type { RunSource } from "./run-source.js";
import type { Difference } from "./sealed-json.js";

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
  readonly source: RunSource;
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

export interface PreparedRun {
  readonly facts: RunFacts;
  readonly course: Course;
  /** Whether the run keeps the names of what is held out. */
  readonly keepsHeldOut: boolean;
}
