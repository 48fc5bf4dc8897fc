/** ONNX Runtime as lferc loads it: with its telemetry and its log off. No test imports the package itself. */
import { createRequire } from "node:module";
import { loadNativeRuntime, type OrtModule } from "../../src/deploy/onnx-runtime.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    return false;
  }
}

/** It is optional, and has no build for some platforms. */
export const hasOnnxRuntime = isInstalled("onnxruntime-node");

const missing = new Proxy({} as OrtModule, {
  get: () => {
    throw new Error("onnxruntime-node is not installed: tests that need it are declared by `test.native`");
  },
});

/** If it is installed it must load: a failure is no reason to skip tests. */
async function load(): Promise<OrtModule> {
  const loaded = await loadNativeRuntime();
  if (isProblem(loaded)) throw new Error(loaded.diagnose({}).message);
  return loaded;
}

/** onnxruntime-node, for tests that are declared by `test.native`. */
export const ort = hasOnnxRuntime ? await load() : missing;
