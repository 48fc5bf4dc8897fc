/** The list of engines. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Engine, Found } from "./engine.js";

/** An engine's name, its line in lists, and the engine, which is loaded lazily. */
export interface EngineEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Engine>;
}

/** In the order in which lists show them. */
export const engines: readonly [EngineEntry, ...EngineEntry[]] = [
  {
    name: "ort",
    summary: "trains on the CPU, by ONNX Runtime in the layout of its kernels",
    load: async () => (await import("./ort/ort-engine.js")).ortEngine(),
  },
  {
    name: "ort-wasm",
    summary: "trains on one core anywhere, by ONNX Runtime in WebAssembly; slower",
    load: async () => (await import("./ort/wasm-engine.js")).ortWasmEngine,
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
    load: async () => (await import("./tfjs/tfjs-engine.js")).tfjsNodeEngine,
  },
  {
    name: "tfjs-node-gpu",
    summary: "trains on an NVIDIA GPU, by TensorFlow.js and libtensorflow (untested)",
    load: async () => (await import("./tfjs/tfjs-engine.js")).tfjsNodeGpuEngine,
  },
  {
    name: "tfjs-wasm",
    summary: "trains small networks on one core, by TensorFlow.js in WebAssembly",
    load: async () => (await import("./tfjs/tfjs-engine.js")).tfjsWasmEngine,
  },
  {
    name: "tfjs-webgpu",
    summary: "trains small networks on a GPU, by TensorFlow.js and WebGPU",
    load: async () => (await import("./tfjs/tfjs-engine.js")).tfjsWebgpuEngine,
  },
];

/** The engine with this name, or the error that there is none. */
export function findEngine(name: string): EngineEntry | Problem {
  const names = engines.map((entry) => entry.name);
  const found = engines.find((entry) => entry.name === name);
  return found ?? problem("engine/unknown", { name, suggestion: suggest(name, names), known: names.join(", ") });
}

/**
 * Engines tried in this order if none is named: those on which training is tested, the fastest first. The last one is always
 * available.
 */
const automatic = ["ort", "tfjs-node", "ort-wasm"] as const;

/** The choice as help texts describe it. */
export const automaticText = `auto (the first that runs here of ${automatic.join(", ")})`;

export interface ChosenEngine {
  readonly engine: Engine;
  readonly found: Found;
  /** The engines tried, in this order, if none was named. */
  readonly triedOf?: readonly string[];
  /** Why the first choice could not be used, if another engine was taken. */
  readonly insteadOf?: Problem;
}

/** The engine with this name; for `auto`, the first that runs here with these threads. Otherwise why the last one cannot run. */
export async function chooseEngine(name: string, threads?: number): Promise<ChosenEngine | Problem> {
  const hindrances: Problem[] = [];
  const choice = name === "auto" ? { triedOf: automatic } : {};
  for (const each of name === "auto" ? automatic : [name]) {
    const entry = findEngine(each);
    if (isProblem(entry)) return entry;
    const engine = await entry.load();
    const found = await engine.found(threads);
    const [insteadOf] = hindrances;
    if (!isProblem(found)) return { engine, found, ...choice, ...(insteadOf === undefined ? {} : { insteadOf }) };
    hindrances.push(found);
  }
  return hindrances.at(-1) as Problem;
}
