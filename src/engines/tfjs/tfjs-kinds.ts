/** All differences between the engines on TensorFlow.js. */
import { installTfjs } from "../../diagnostics/install-runtime.js";
import { lackingOnWasm } from "../../ops/tfjs/lacking-kernels.js";
import type { ProgramOptions } from "../../targets/tfjs/program-writer.js";

export interface TfjsKind {
  readonly name: "tfjs-node" | "tfjs-node-gpu" | "tfjs-wasm" | "tfjs-webgpu";
  /** Imported in this order; the first is `tf`. */
  readonly packages: readonly [string, ...string[]];
  /** The backend's name in TensorFlow.js. */
  readonly backend: "tensorflow" | "wasm" | "webgpu";
  readonly program: ProgramOptions;
  /** The command that installs it. */
  readonly needs: string;
  readonly fixedThreads?: 1;
}

const core = "@tensorflow/tfjs-core";

export const tfjsNode: TfjsKind = {
  name: "tfjs-node",
  packages: ["@tensorflow/tfjs-node"],
  backend: "tensorflow",
  program: { native: true },
  needs: installTfjs("@tensorflow/tfjs-node"),
};

export const tfjsNodeGpu: TfjsKind = {
  name: "tfjs-node-gpu",
  packages: ["@tensorflow/tfjs-node-gpu"],
  backend: "tensorflow",
  program: { native: "gpu" },
  needs: installTfjs("@tensorflow/tfjs-node-gpu"),
};

/** npm installs the core with either backend. */
export const tfjsWasm: TfjsKind = {
  name: "tfjs-wasm",
  packages: [core, "@tensorflow/tfjs-backend-wasm"],
  backend: "wasm",
  program: { native: false, lacking: lackingOnWasm },
  needs: installTfjs("@tensorflow/tfjs-backend-wasm"),
  fixedThreads: 1,
};

export const tfjsWebgpu: TfjsKind = {
  name: "tfjs-webgpu",
  packages: [core, "@tensorflow/tfjs-backend-webgpu"],
  backend: "webgpu",
  program: { native: false },
  needs: `${installTfjs("@tensorflow/tfjs-backend-webgpu")} webgpu`,
};
