/** ONNX Runtime for training: its session options, and the versions whose internals we know. */
import type { InferenceSession } from "onnxruntime-node";
import type { OrtModule } from "../../deploy/onnx-runtime.js";
import { RuntimeFailure } from "../../deploy/runtime.js";
import { silentLog } from "../../targets/onnx/session-log.js";
import type { Spinning } from "./spinning.js";

export { loadNativeRuntime, type OrtModule } from "../../deploy/onnx-runtime.js";

/**
 * Versions whose internal domain com.microsoft.nchwc was tested with our formulations. It is not a public interface, so any
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
  /** How its threads wait; long by default. */
  readonly spinning?: Spinning | undefined;
  /** `disabled` for graphs that are already in their final form. */
  readonly optimize: "disabled" | "all";
  /** Where to write a profile, if anywhere. */
  readonly profilePrefix?: string | undefined;
}

/** A brief wait, in microseconds: about as long as waking a thread takes. */
const briefSpin = "20";

/**
 * Spinning workers and the memory arena save 15 % and 60 % of a step; both are set explicitly, since defaults may change. Memory
 * patterns save no time, and allocate a second block for everything, besides what the arena allocated in the first step. On WebGPU,
 * a node that the provider lacks is an error: with a fallback, the step would be slower than on the CPU alone.
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
        // Between two runs there is nothing to wait for.
        force_spinning_stop: "1",
        ...(provider === "webgpu" ? { disable_cpu_ep_fallback: "1" } : {}),
      },
    },
  };
}

/**
 * Why a provider rejects a graph, if that may happen: GPUs and WebAssembly have limits. On the CPU every lowering is tested, so that
 * any other error would be a bug of ours: undefined.
 */
export function limitOf(error: unknown, provider: Provider): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const isLimit = provider !== "cpu" || error instanceof RuntimeFailure;
  return isLimit ? (error.message.split("\n")[0] ?? "") : undefined;
}
