import type { ProfileEntry } from "./ort-profile.js";
import type { Timing } from "./timing.js";

/** One thing that was measured, as `bench --format json` gives it. */
export interface BenchResult extends Timing {
  readonly name: string;
  /** Digest of the ONNX file, the name of its model, and which network it says it holds; null where there is no such file. */
  readonly modelSha256: string | null;
  readonly model: string | null;
  readonly graphSha256: string | null;
  /** What the user calls the machine; null where nobody said. */
  readonly device: string | null;
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
  readonly device?: string | undefined;
  readonly onStep?: ((done: number, all: number) => void) | undefined;
}

/** Runs that are profiled, after one that is not looked at. */
export const profiledSteps = 3;
