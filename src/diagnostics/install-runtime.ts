import { onnxRuntimeVersion } from "../version.js";

/**
 * The command that installs onnxruntime-node everywhere. Its install script fetches CUDA files on every Linux on x64 unless it is
 * told not to; where that fails, npm takes the whole package away again. As a flag npm would warn of it.
 */
export const installRuntime = (cudaFiles: "skip" | "cuda12" = "skip"): string =>
  `ONNXRUNTIME_NODE_INSTALL=${cudaFiles} npm install onnxruntime-node@${onnxRuntimeVersion}`;
