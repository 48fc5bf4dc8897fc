/** The inputs, events and results of a course of training (the loop without files). */
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
  /** The initial values of slots that are not drawn from the seed. */
  readonly begun?: ReadonlyMap<string, Values> | undefined;
}

/** The state of a run after some epochs: everything needed to continue. */
export interface Standing {
  readonly epochsDone: number;
  readonly steps: number;
  readonly best: Best | undefined;
  /** Of all epochs so far: schedules and early stopping depend on them. */
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
  /** The best weights so far, if they are from this epoch. */
  readonly bestWeights: ReadonlyMap<string, Values> | undefined;
}

export interface CourseEvents {
  /** Called before each step, and during evaluation. */
  isStopped(): boolean;
  /** The step is compiled; a returned problem ends the run. */
  onStart(description: string, stepsPerEpoch: number): Promise<Problem | undefined>;
  onStep(progress: StepProgress): void;
  /** An epoch is being evaluated: `done` of its pictures are finished. */
  onJudging(done: number, all: number): void;
  /** Saves the epoch; a returned problem ends the run. */
  onEpoch(epoch: FinishedEpoch): Promise<Problem | undefined>;
}

export type Outcome =
  | { readonly kind: "finished" }
  /** Stopped between two steps; `state` is that after the last one. */
  | { readonly kind: "interrupted"; readonly state: ReadonlyMap<string, Values> }
  /** A number is not finite; earlier epochs were already saved. Epoch and step count from 1. */
  | {
      readonly kind: "diverged";
      readonly what: string;
      readonly epoch: number;
      readonly step: number;
      readonly lr: number;
    }
  | { readonly kind: "failed"; readonly problem: Problem };
