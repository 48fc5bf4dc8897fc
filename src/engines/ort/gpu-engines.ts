/** The portable form on the GPU providers of onnxruntime-node. */
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { Engine } from "../engine.js";
import { loadNativeRuntime } from "./ort-runtime.js";
import { type GpuProvider, whyNot } from "./provider-probe.js";

/** What a provider says of itself: whyNot, but for tests. */
type Asking = (provider: GpuProvider) => Promise<string | Problem | undefined>;

/** Asks the provider before anything is made: a session without one ends in a message for programmers, and in noise on stderr. */
export function gpuEngine(name: string, provider: GpuProvider, ask: Asking = whyNot): Engine {
  const availability = async (): Promise<Problem | undefined> => {
    const reason = await ask(provider);
    if (reason === undefined || isProblem(reason)) return reason;
    return provider === "webgpu" ? problem("engine/no-webgpu", { reason }) : problem("engine/no-cuda", { reason });
  };
  const usable = async () => (await availability()) ?? loadNativeRuntime();
  return {
    name,
    availability,
    create: async (step, options) => {
      const runtime = await usable();
      if (isProblem(runtime)) return runtime;
      const { portableStep } = await import("./portable-step.js");
      return portableStep({ runtime, name, provider, step, ...options });
    },
    evaluator: async (graph, options) => {
      const runtime = await usable();
      if (isProblem(runtime)) return runtime;
      const { ortEvaluator } = await import("./ort-evaluator.js");
      return ortEvaluator({ runtime, name, provider, graph, ...options });
    },
  };
}

/** Every node on the GPU or none: what WebGPU lacks is an error, never a silent detour by the CPU. */
export const ortWebgpuEngine: Engine = gpuEngine("ort-webgpu", "webgpu");

/** Untested: no machine of ours has its libraries. Nodes that CUDA lacks run on the CPU, as ONNX Runtime decides. */
export const ortCudaEngine: Engine = gpuEngine("ort-cuda", "cuda");
