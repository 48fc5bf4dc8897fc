import type { ProfileEntry } from "./ort-profile.js";
import type { Timing } from "./timing.js";

/** One thing that was measured, as `bench --format json` gives it. */
export interface BenchResult extends Timing {
  readonly name: string;
  readonly what: "inference" | "training-step";
  readonly engine: string;
  /** How the engine runs it: `ort, blocks of 16`. */
  readonly description: string;
  readonly batch: number;
  readonly threads: number;
  readonly steps: number;
  /** Steps before them that were not counted. */
  readonly warmup: number;
  /** From the graph to something that runs, session creation included. */
  readonly compileMs: number;
  /** Of the whole process, compiling included. */
  readonly peakBytes: number;
  /** Empty where the engine writes none. */
  readonly profile: readonly ProfileEntry[];
}

export interface BenchSettings {
  readonly batch?: number | undefined;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  readonly onStep?: ((done: number, all: number) => void) | undefined;
}

/** Runs that are profiled, after one that is not looked at. */
export const profiledSteps = 3;
