/** What runs ONNX models here: one of the two builds of ONNX Runtime, and what they have in common. */
import type { InferenceSession, TensorConstructor } from "onnxruntime-node";
import type { Problem } from "../diagnostics/diagnostic.js";

/** By the name of the engine that trains on it: the native one, or the one in WebAssembly. */
export type RuntimeName = "ort" | "ort-wasm";

export interface OnnxRuntime {
  readonly engine: RuntimeName;
  /** A run writes its results into the tensors that it is given for them. */
  readonly InferenceSession: {
    create(bytes: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
  /** How many threads it has, where that cannot be chosen. */
  readonly fixedThreads?: number;
  /** What is wrong with the native one, where this one takes its place. */
  readonly insteadOf?: Problem;
}

/** A runtime is at the end of its means, memory for one: nobody's mistake in a model that is right otherwise. */
export class RuntimeFailure extends Error {}
