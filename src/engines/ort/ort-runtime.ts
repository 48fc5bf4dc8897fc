/** ONNX Runtime as an engine of training needs it: its options, and which versions its internals are known of. */
import type { InferenceSession } from "onnxruntime-node";
import type { OrtModule } from "../../deploy/onnx-runtime.js";
import { RuntimeFailure } from "../../deploy/runtime.js";
import { silentLog } from "../../targets/onnx/session-log.js";
import type { Spinning } from "./spinning.js";

export { loadNativeRuntime, type OrtModule } from "../../deploy/onnx-runtime.js";

/**
 * Versions whose internal domain com.microsoft.nchwc was tried with our formulations. It is no public interface, so any
 * other version gets the portable form.
 */
const knownVersions: ReadonlySet<string> = new Set(["1.30.0"]);

export function knowsInternals({ env }: OrtModule): boolean {
  return knownVersions.has(env.versions.node ?? "");
}

/** The providers that a step may run on. */
export type Provider = "cpu" | "webgpu" | "cuda";

export interface SessionTuning {
  readonly provider: Provider;
  readonly threads?: number | undefined;
  /** How its threads wait; for long unless told. */
  readonly spinning?: Spinning | undefined;
  /** `disabled` for graphs that are in their final form already. */
  readonly optimize: "disabled" | "all";
  /** Where a profile is written, if anywhere. */
  readonly profilePrefix?: string | undefined;
}

/** A brief wait, in microseconds: about as long as waking a thread up takes. */
const briefSpin = "20";

/**
 * Spinning workers and the memory arena are worth 15 % and 60 % of a step; both are said, since defaults may change. Memory
 * patterns win no time, and lay a second block for everything beside what the arena took in the first step. On WebGPU a
 * node that the provider lacks is an error: fallen back, the step would be slower than on the CPU alone.
 */
export function sessionOptions(tuning: SessionTuning): InferenceSession.SessionOptions {
  const { provider, threads, spinning = "long", optimize, profilePrefix } = tuning;
  return {
    executionProviders: [provider],
    executionMode: "sequential",
    graphOptimizationLevel: optimize,
    enableCpuMemArena: true,
    enableMemPattern: false,
    ...silentLog,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
    extra: {
      session: {
        intra_op: { allow_spinning: "1", ...(spinning === "brief" ? { spin_duration_us: briefSpin } : {}) },
        // Between two runs nothing comes for which to stay awake.
        force_spinning_stop: "1",
        ...(provider === "webgpu" ? { disable_cpu_ep_fallback: "1" } : {}),
      },
    },
  };
}

/**
 * Why a provider does not take a graph, where that may be: GPUs and WebAssembly have limits of their own. On the CPU every
 * lowering is tested, so that any other error would be our mistake: undefined.
 */
export function limitOf(error: unknown, provider: Provider): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const isLimit = provider !== "cpu" || error instanceof RuntimeFailure;
  return isLimit ? (error.message.split("\n")[0] ?? "") : undefined;
}
