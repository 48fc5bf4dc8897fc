import { onnxRuntimeVersion } from "../version.js";

/** A command with a variable in its environment, which a script of a package reads. Windows' shells have no such form. */
const withVariable = (variable: string, command: string): string =>
  globalThis.process?.platform === "win32" ? command : `${variable} ${command}`;

/**
 * The command that installs onnxruntime-node everywhere. Its install script fetches CUDA files on every Linux on x64 unless it is
 * told not to; where that fails, npm takes the whole package away again. Told by a flag, newer npm versions warn of the flag.
 */
export const installRuntime = (): string =>
  withVariable("ONNXRUNTIME_NODE_INSTALL=skip", `npm install onnxruntime-node@${onnxRuntimeVersion}`);

/** Fetches CUDA files for an onnxruntime-node that is there: npm runs no script of a package that it has installed already. */
export const fetchCudaFiles = (): string =>
  withVariable("ONNXRUNTIME_NODE_INSTALL=cuda12", "node node_modules/onnxruntime-node/script/install.js");
