import { isMainThread } from "node:worker_threads";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { OnnxRuntime } from "./runtime.js";

/** The `onnxruntime-node` package. */
export type OrtModule = typeof import("onnxruntime-node");

/**
 * ONNX Runtime keeps a lasting id and a database of events below the home folder, and sends them to its maker, unless this
 * variable forbids it before its library is loaded. It holds for the life of a process, whoever loads the library.
 */
const telemetrySwitch = { name: "ORT_DISABLE_TELEMETRY", off: "1" } as const;

/** Why it cannot be turned off from here; children of the process inherit the variable. */
function turnTelemetryOff(): Problem | undefined {
  const { name, off } = telemetrySwitch;
  // What a worker thread writes to process.env stays in its own copy, which native code does not see.
  if (isMainThread) process.env[name] = off;
  return process.env[name] === off ? undefined : problem("onnx/worker-thread", { setting: `${name}=${off}` });
}

/** The package, as one of the two builds. */
export type NativeRuntime = OrtModule & OnnxRuntime;

/** Loads the native ONNX Runtime, which is optional and takes 50 ms: here and nowhere else, and only when something has to run. */
export async function loadNativeRuntime(): Promise<NativeRuntime | Problem> {
  const refusal = turnTelemetryOff();
  if (refusal !== undefined) return refusal;
  try {
    const loaded: OrtModule & { readonly default?: OrtModule } = await import("onnxruntime-node");
    const ort = loaded.default ?? loaded;
    // Before the first session, which makes its environment: that has a log of its own.
    ort.env.logLevel = "fatal";
    return { ...ort, engine: "ort" };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    const [firstLine = ""] = String(message ?? error).split("\n");
    return problem("onnx/no-runtime", { reason: missing ? "it is not installed" : firstLine });
  }
}

/** What a process of its own imports to have the same package, once {@link loadNativeRuntime} has been asked here. */
export const onnxRuntimeUrl = (): string => import.meta.resolve("onnxruntime-node");

/** The ONNX Runtime that there is: the native one, or else the one in WebAssembly, which comes with lferc and is slower. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime | Problem> {
  const native = await loadNativeRuntime();
  if (!isProblem(native)) return native;
  const { loadWasmRuntime } = await import("./wasm-runtime.js");
  const wasm = await loadWasmRuntime();
  return isProblem(wasm) ? wasm : { ...wasm, insteadOf: native };
}
