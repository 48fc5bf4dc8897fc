import { onnxRuntimeVersion, tfjsVersion } from "../version.js";

/** A command with an environment variable, which a package's script reads. Windows' shells have no such form. */
const withVariable = (variable: string, command: string): string =>
  globalThis.process?.platform === "win32" ? command : `${variable} ${command}`;

/**
 * The command that installs onnxruntime-node on every system. By default its install script downloads CUDA files on every Linux
 * x64; if that fails, npm removes the whole package. If the option is given as a flag, newer npm versions print a warning.
 */
export const installRuntime = (): string =>
  withVariable("ONNXRUNTIME_NODE_INSTALL=skip", `npm install onnxruntime-node@${onnxRuntimeVersion}`);

/** Downloads CUDA files for an installed onnxruntime-node: npm does not run the scripts of an installed package. */
export const fetchCudaFiles = (): string =>
  withVariable("ONNXRUNTIME_NODE_INSTALL=cuda12", "node node_modules/onnxruntime-node/script/install.js");

/** The command that installs a package of TensorFlow.js beside lfer. */
export const installTfjs = (name: string): string => `npm install ${name}@${tfjsVersion}`;
