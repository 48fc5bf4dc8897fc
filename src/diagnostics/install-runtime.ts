import { onnxRuntimeVersion } from "../version.js";

/**
 * Installs onnxruntime-node everywhere. Its install script fetches CUDA files on every Linux on x64 unless it is told not to; where
 * that fails, npm takes the whole package away again. Told by a flag instead, newer npm versions warn of the flag.
 */
export const installRuntime = `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@${onnxRuntimeVersion}`;

/** Fetches the CUDA files for an onnxruntime-node that is there: npm runs no script of a package that it has installed already. */
export const fetchCudaFiles = "ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js";
