import type { ProfileEntry } from "./ort-profile.js";
import type { Timing, Turn } from "./timing.js";

/** One measurement, as in `bench --format json`. */
export interface BenchResult extends Timing {
  readonly name: string;
  /** Digest of the ONNX file, its model's name, and its network's digest; null without a file. */
  readonly modelSha256: string | null;
  readonly model: string | null;
  readonly graphSha256: string | null;
  /** The user's name of the machine; null if none was given. */
  readonly device: string | null;
  readonly what: "inference" | "training-step";
  readonly engine: string;
  /** How the engine runs it: `ort, blocks of 16`. */
  readonly description: string;
  readonly batch: number;
  readonly threads: number;
  readonly steps: number;
  /** Number of uncounted steps before. */
  readonly warmup: number;
  /** From the graph to a running session. */
  readonly compileMs: number;
  /** Of the whole process, including compilation. */
  readonly peakBytes: number;
  /** Empty if the engine writes none. */
  readonly profile: readonly ProfileEntry[];
}

export interface BenchSettings {
  readonly batch?: number | undefined;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  readonly device?: string | undefined;
  /** If others are measured in rotation with this. */
  readonly turn?: Turn | undefined;
  readonly onStep?: ((done: number, all: number) => void) | undefined;
}

/** Number of profiled runs, after one that is ignored. */
export const profiledSteps = 3;
