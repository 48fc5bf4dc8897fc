/** The engines there are. */
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import { suggest } from "../../diagnostics/suggest.js";
import type { Engine } from "./engine.js";

/** An engine's name, its line in lists, and itself, which is loaded only when it is asked for. */
export interface EngineEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Engine>;
}

/** In the order of lists; the first one is used where none is named. */
export const engines: readonly [EngineEntry, ...EngineEntry[]] = [
  {
    name: "ort",
    summary: "trains on the CPU, by ONNX Runtime in the layout of its kernels",
    load: async () => (await import("./ort/engine.js")).ortEngine(),
  },
  {
    name: "ort-webgpu",
    summary: "trains on a GPU, by ONNX Runtime and WebGPU",
    load: async () => (await import("./ort/gpu-engines.js")).ortWebgpuEngine,
  },
  {
    name: "ort-cuda",
    summary: "trains on an NVIDIA GPU, by ONNX Runtime and CUDA (untested)",
    load: async () => (await import("./ort/gpu-engines.js")).ortCudaEngine,
  },
  {
    name: "tfjs-node",
    summary: "trains on the CPU, by TensorFlow.js and libtensorflow",
    load: async () => (await import("./tfjs/engine.js")).tfjsNodeEngine,
  },
];

/** The engine of that name, or that there is none. */
export function findEngine(name: string): EngineEntry | Problem {
  const names = engines.map((entry) => entry.name);
  const found = engines.find((entry) => entry.name === name);
  return found ?? problem("engine/unknown", { name, suggestion: suggest(name, names), known: names.join(", ") });
}
