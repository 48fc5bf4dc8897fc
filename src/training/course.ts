/** What a course of training is given, tells and leaves behind. */
import type { Sample } from "../data/data-set.js";
import type { Problem } from "../diagnostics/diagnostic.js";
import type { Engine, Values } from "../engines/engine.js";
import type { BatchSource } from "./batches.js";
import type { Best, EpochRecord } from "./metrics.js";
import type { TrainingPlan } from "./plan.js";

export interface Course {
  readonly plan: TrainingPlan;
  readonly engine: Engine;
  readonly threads: number | undefined;
  readonly batches: BatchSource;
  readonly training: readonly Sample[];
  readonly heldOut: readonly Sample[];
  /** What the first step begins with, where the seed does not draw it. */
  readonly begun?: ReadonlyMap<string, Values> | undefined;
}

/** Where a run stands after so many epochs: everything that goes on with it. */
export interface Standing {
  readonly epochsDone: number;
  readonly steps: number;
  readonly best: Best | undefined;
  /** Of all epochs so far: what schedules and the end of a run go by. */
  readonly records: readonly EpochRecord[];
  /** Every slot of the step, by name. */
  readonly state: ReadonlyMap<string, Values>;
}

export interface StepProgress {
  /** Both count from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly lr: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  readonly picturesPerSecond: number;
}

export interface FinishedEpoch {
  readonly record: EpochRecord;
  readonly standing: Standing;
  /** The weights that are the best so far, if this epoch brought them. */
  readonly bestWeights: ReadonlyMap<string, Values> | undefined;
}

export interface CourseEvents {
  /** Asked before each step, and while an epoch is judged. */
  isStopped(): boolean;
  /** The step is compiled; a problem ends the run. */
  onStart(description: string, stepsPerEpoch: number): Promise<Problem | undefined>;
  onStep(progress: StepProgress): void;
  /** An epoch is being judged: so many of its pictures are done. */
  onJudging(done: number, all: number): void;
  /** Keeps what must not be lost; a problem ends the run. */
  onEpoch(epoch: FinishedEpoch): Promise<Problem | undefined>;
}

export type Outcome =
  | { readonly kind: "finished" }
  /** Stopped between two steps; the state is that of the last one. */
  | { readonly kind: "interrupted"; readonly state: ReadonlyMap<string, Values> }
  /** A number has overflowed; the epochs before were handed over. Epoch and step count from 1. */
  | {
      readonly kind: "diverged";
      readonly what: string;
      readonly epoch: number;
      readonly step: number;
      readonly lr: number;
    }
  | { readonly kind: "failed"; readonly problem: Problem };
