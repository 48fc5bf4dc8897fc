import { type Problem, problem } from "../diagnostics/diagnostic.js";

/** The `onnxruntime-node` package. */
export type OrtModule = typeof import("onnxruntime-node");

/** Loads ONNX Runtime, which is optional and takes 50 ms: here and nowhere else, and only when something has to run. */
export async function loadOnnxRuntime(): Promise<OrtModule | Problem> {
  try {
    const loaded: OrtModule & { readonly default?: OrtModule } = await import("onnxruntime-node");
    return loaded.default ?? loaded;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    const [firstLine = ""] = String(message ?? error).split("\n");
    return problem("onnx/no-runtime", { reason: missing ? "it is not installed" : firstLine });
  }
}
