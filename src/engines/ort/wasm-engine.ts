/** The portable form on ONNX Runtime in WebAssembly, for machines without onnxruntime-node. */
import { loadWasmRuntime } from "../../deploy/wasm-runtime.js";
import { isProblem } from "../../diagnostics/diagnostic.js";
import { onnxRuntimeVersion } from "../../version.js";
import type { Engine } from "../engine.js";

const name = "ort-wasm";
// Regardless of the options: it has one thread and writes no profile.
const own = { name, provider: "cpu", threads: undefined, profilePrefix: undefined } as const;

export const ortWasmEngine: Engine = {
  name,
  runsOnProcessor: true,
  fixedThreads: 1,
  needs: "lfer whole: its files of WebAssembly are missing",
  found: async () => {
    const runtime = await loadWasmRuntime();
    return isProblem(runtime) ? runtime : { version: onnxRuntimeVersion, device: "CPU, WebAssembly", threads: 1 };
  },
  create: async (step, { state }) => {
    const runtime = await loadWasmRuntime();
    if (isProblem(runtime)) return runtime;
    const { portableStep } = await import("./portable-step.js");
    return portableStep({ ...own, runtime, step, state });
  },
  evaluator: async (graph, { weights }) => {
    const runtime = await loadWasmRuntime();
    if (isProblem(runtime)) return runtime;
    const { ortEvaluator } = await import("./ort-evaluator.js");
    return ortEvaluator({ ...own, runtime, graph, weights });
  },
};
