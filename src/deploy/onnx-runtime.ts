import { isMainThread } from "node:worker_threads";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { OnnxRuntime } from "./runtime.js";

/** The `onnxruntime-node` package. */
export type OrtModule = typeof import("onnxruntime-node");

/**
 * ONNX Runtime keeps a persistent id and a database of events in the home folder, and sends them to its maker, unless this
 * variable is set before its library is loaded. It applies for the life of a process.
 */
const telemetrySwitch = { name: "ORT_DISABLE_TELEMETRY", off: "1" } as const;

/** Sets the variable, or returns why that is impossible; child processes inherit it. */
function turnTelemetryOff(): Problem | undefined {
  const { name, off } = telemetrySwitch;
  // A worker thread's process.env is a copy that native code does not see.
  if (isMainThread) process.env[name] = off;
  return process.env[name] === off ? undefined : problem("onnx/worker-thread", { setting: `${name}=${off}` });
}

/** The package, typed as one of the two builds. */
export type NativeRuntime = OrtModule & OnnxRuntime;

/** Loads the native ONNX Runtime, which is optional and takes 50 ms: only here, and only when something has to run. */
export async function loadNativeRuntime(): Promise<NativeRuntime | Problem> {
  const refusal = turnTelemetryOff();
  if (refusal !== undefined) return refusal;
  try {
    const loaded: OrtModule & { readonly default?: OrtModule } = await import("onnxruntime-node");
    const ort = loaded.default ?? loaded;
    // Before the first session, which creates its environment with a log of its own.
    ort.env.logLevel = "fatal";
    return { ...ort, engine: "ort" };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    const [firstLine = ""] = String(message ?? error).split("\n");
    return problem("onnx/no-runtime", { reason: missing ? "it is not installed" : firstLine });
  }
}

/** The URL from which a child process can import the same package, after {@link loadNativeRuntime}. */
export const onnxRuntimeUrl = (): string => import.meta.resolve("onnxruntime-node");

/** The available ONNX Runtime: the native one, or else the WebAssembly build, which is part of lferc and slower. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime | Problem> {
  const native = await loadNativeRuntime();
  if (!isProblem(native)) return native;
  const { loadWasmRuntime } = await import("./wasm-runtime.js");
  const wasm = await loadWasmRuntime();
  return isProblem(wasm) ? wasm : { ...wasm, insteadOf: native };
}
