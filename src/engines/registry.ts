/** The engines there are. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Engine } from "./engine.js";

/** An engine's name, its line in lists, and itself, which is loaded only when it is asked for. */
export interface EngineEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Engine>;
}

/** In the order of lists. */
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
];

/** The engine of that name, or that there is none. */
export function findEngine(name: string): EngineEntry | Problem {
  const names = engines.map((entry) => entry.name);
  const found = engines.find((entry) => entry.name === name);
  return found ?? problem("engine/unknown", { name, suggestion: suggest(name, names), known: names.join(", ") });
}

/** What is tried where no engine is named, in this order: the fast one, and the one that is always there. */
const automatic = ["ort", "ort-wasm"] as const;

/** How the choice is written in helps. */
export const automaticText = `auto (${automatic.join(", or else ")})`;

export interface ChosenEngine {
  readonly engine: Engine;
  /** What hinders the engine that would have been taken before this one. */
  readonly insteadOf?: Problem;
}

/** The engine of that name, by `auto` the first that can run here with these threads; or why the last one tried cannot. */
export async function chooseEngine(name: string, threads?: number): Promise<ChosenEngine | Problem> {
  const hindrances: Problem[] = [];
  for (const each of name === "auto" ? automatic : [name]) {
    const entry = findEngine(each);
    if (isProblem(entry)) return entry;
    const engine = await entry.load();
    const hindrance = await engine.availability(threads);
    const [insteadOf] = hindrances;
    if (hindrance === undefined) return insteadOf === undefined ? { engine } : { engine, insteadOf };
    hindrances.push(hindrance);
  }
  return hindrances.at(-1) as Problem;
}
