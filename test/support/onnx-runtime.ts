import { createRequire } from "node:module";

type OnnxRuntime = typeof import("onnxruntime-node");

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

const missing = new Proxy({} as OnnxRuntime, {
  get: () => {
    throw new Error("onnxruntime-node is not installed: tests that need it are declared by `test.native`");
  },
});

/** onnxruntime-node, for tests that are declared by `test.native`. */
export const ort = hasOnnxRuntime ? await import("onnxruntime-node") : missing;
