/** The request for a run, its events and its results. */
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
  /** Its student in inference form. */
  readonly deployed: Graph;
  readonly sourceSha256: string;
  readonly set: ReadonlyMap<string, string>;
  /** The value of `--data`. */
  readonly data: string | undefined;
  /** The folder of the .lfer file, for paths in it. */
  readonly home: string;
  /** The run's folder, claimed for this run. */
  readonly claim: RunClaim;
  readonly source: RunSource;
  readonly resume: boolean;
  readonly engine: Engine;
  readonly threads: number | undefined;
  /** The file of the student's initial weights; without one, they are drawn from the seed. */
  readonly weights: WeightSource | undefined;
  readonly epochs: number | undefined;
  readonly limit: number | undefined;
  readonly seed: number | undefined;
  readonly circumstances: Circumstances;
  /** The teacher's file, if it differs from the recipe's. */
  readonly teacherFile?: string | undefined;
  /** For one of several runs: the part of the training pictures that it is evaluated on. */
  readonly fold?: Fold | undefined;
}

/** Events of a run; handlers do not affect it. */
export interface RunEvents {
  isStopped(): boolean;
  onWarning(diagnostic: Diagnostic): void;
  onReading(done: number, all: number): void;
  /** The initial weights are read. */
  onWeights(account: NamesAccount | undefined): void;
  /** The teacher's file has the classes of these outputs in another order than its model; the file's order is used. */
  onTeacherOrder(file: string, outputs: readonly string[]): void;
  /** Everything is loaded; `kept` says which share of the pictures stays in memory. */
  onReady(facts: RunFacts, kept: PictureStore["kept"]): void;
  /** A run is resumed after `epochsDone` epochs; `changes` are the allowed differences from its start. */
  onContinue(epochsDone: number, changes: readonly Difference[]): void;
  /** The step is compiled; from now on an interruption loses work. */
  onStart(description: string, stepsPerEpoch: number): void;
  onStep(progress: StepProgress): void;
  /** An epoch, or the best weights at the end, are being evaluated: `done` pictures are finished. */
  onJudging(done: number, all: number): void;
  /** These files of a resumed run were missing, and are written again from its checkpoint. */
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
      /** Predictions of the best weights for the held-out pictures. */
      readonly answers: Answers;
      /** Whether any epoch was left to train. */
      readonly hasTrained: boolean;
    }
  | { readonly kind: "interrupted"; readonly plan: TrainingPlan; readonly records: readonly EpochRecord[] }
  | (Omit<RefusedWeights, "kind"> & {
      readonly kind: "failed";
      /** If a number was not finite: the recipe's learning rate, and the number of epochs with good weights. */
      readonly diverged?: { readonly lr: number; readonly epochs: number };
    });

export interface PreparedRun {
  readonly facts: RunFacts;
  readonly course: Course;
  /** Whether the run saves the names of the held-out pictures. */
  readonly keepsHeldOut: boolean;
}
