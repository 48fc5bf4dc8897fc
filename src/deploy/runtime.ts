/** The runtime for ONNX models: the common interface of the two builds of ONNX Runtime. */
import type { InferenceSession, TensorConstructor } from "onnxruntime-node";
import type { Problem } from "../diagnostics/diagnostic.js";

/** By the name of the engine that trains on it: the native one, or the WebAssembly build. */
export type RuntimeName = "ort" | "ort-wasm";

export interface OnnxRuntime {
  readonly engine: RuntimeName;
  /** A run writes its results into the given tensors. */
  readonly InferenceSession: {
    create(bytes: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
  /** The number of threads, if it cannot be chosen. */
  readonly fixedThreads?: number;
  /** Why the native one is not used, if this one replaces it. */
  readonly insteadOf?: Problem;
}

/** The runtime's resources are exhausted, such as memory: the model itself is fine. */
export class RuntimeFailure extends Error {}
