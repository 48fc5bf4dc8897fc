import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { OnnxRuntime } from "./runtime.js";

/** The `onnxruntime-node` package. */
export type OrtModule = typeof import("onnxruntime-node");

/** The package, as one of the two builds. */
export type NativeRuntime = OrtModule & OnnxRuntime;

/** Loads the native ONNX Runtime, which is optional and takes 50 ms: here and nowhere else, and only when something has to run. */
export async function loadNativeRuntime(): Promise<NativeRuntime | Problem> {
  try {
    const loaded: OrtModule & { readonly default?: OrtModule } = await import("onnxruntime-node");
    return { ...(loaded.default ?? loaded), engine: "ort" };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    const [firstLine = ""] = String(message ?? error).split("\n");
    return problem("onnx/no-runtime", { reason: missing ? "it is not installed" : firstLine });
  }
}

/** The ONNX Runtime that there is: the native one, or else the one in WebAssembly, which comes with lferc and is slower. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime | Problem> {
  const native = await loadNativeRuntime();
  if (!isProblem(native)) return native;
  const { loadWasmRuntime } = await import("./wasm-runtime.js");
  const wasm = await loadWasmRuntime();
  return isProblem(wasm) ? wasm : { ...wasm, insteadOf: native };
}
