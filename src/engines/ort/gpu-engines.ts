/** The portable form on the GPU providers of onnxruntime-node. */
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { Engine } from "../engine.js";
import { loadNativeRuntime } from "./ort-runtime.js";
import { type GpuProvider, whyNot } from "./provider-probe.js";

/** Returns why a provider cannot be used: whyNot, replaceable in tests. */
type Asking = (provider: GpuProvider) => Promise<string | Problem | undefined>;

/** ONNX Runtime does not tell which device it is. */
const devices: Readonly<Record<GpuProvider, string>> = { webgpu: "GPU, by WebGPU", cuda: "NVIDIA GPU, by CUDA" };

const needs: Readonly<Record<GpuProvider, string>> = {
  webgpu: "a GPU and its driver (lferc explain engine/no-webgpu)",
  cuda: "CUDA 12 and cuDNN 9 (lferc explain engine/no-cuda)",
};

/** Checks the provider first: creating a session without one fails with a technical message and output on stderr. */
export function gpuEngine(name: string, provider: GpuProvider, ask: Asking = whyNot): Engine {
  const usable = async () => {
    const reason = await ask(provider);
    if (reason === undefined) return loadNativeRuntime();
    if (isProblem(reason)) return reason;
    return provider === "webgpu" ? problem("engine/no-webgpu", { reason }) : problem("engine/no-cuda", { reason });
  };
  return {
    name,
    needs: needs[provider],
    runsOnProcessor: false,
    found: async () => {
      const ort = await usable();
      return isProblem(ort) ? ort : { version: ort.env.versions.node ?? "", device: devices[provider] };
    },
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

/** All nodes run on the GPU, or none: an op that WebGPU lacks is an error, never silently run on the CPU. */
export const ortWebgpuEngine: Engine = gpuEngine("ort-webgpu", "webgpu");

/** Untested: no machine of ours has its libraries. Nodes that CUDA lacks run on the CPU, as ONNX Runtime decides. */
export const ortCudaEngine: Engine = gpuEngine("ort-cuda", "cuda");
