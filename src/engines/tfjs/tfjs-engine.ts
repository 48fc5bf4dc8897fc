/** The engines on TensorFlow.js: one implementation, with their differences as data. */
import { isProblem, type Problem } from "../../diagnostics/diagnostic.js";
import { compileStep } from "../../targets/tfjs/compile.js";
import type { Engine, Found } from "../engine.js";
import { findTfjsNodeGpu } from "./gpu-probe.js";
import { tfjsEvaluator } from "./tfjs-evaluator.js";
import { type TfjsKind, tfjsNode, tfjsNodeGpu, tfjsWasm, tfjsWebgpu } from "./tfjs-kinds.js";
import { type LoadedTfjs, loadTfjs } from "./tfjs-runtime.js";
import { TfjsStep } from "./tfjs-step.js";

/** loadTfjs, replaceable in tests. */
type Load = (kind: TfjsKind, threads?: number) => Promise<LoadedTfjs | Problem>;

const describe = (name: string, { device, threads }: Found): string =>
  threads === undefined ? `${name}, ${device}` : `${name}, ${device}, ${threads} thread${threads === 1 ? "" : "s"}`;

/** `find`: how to check that it is available, if not by loading it. */
export function tfjsEngine(kind: TfjsKind, load: Load = loadTfjs, find?: () => Promise<Found | Problem>): Engine {
  const { name, needs, fixedThreads } = kind;
  return {
    name,
    needs,
    runsOnProcessor: kind.program.native !== "gpu" && kind.backend !== "webgpu",
    ...(fixedThreads === undefined ? {} : { fixedThreads }),
    found: async (threads) => {
      if (find !== undefined) return find();
      const loaded = await load(kind, threads);
      return isProblem(loaded) ? loaded : loaded.found;
    },
    create: async (step, { state, threads }) => {
      const loaded = await load(kind, threads);
      if (isProblem(loaded)) return loaded;
      const { tf, found } = loaded;
      return TfjsStep.start({ tf, kind }, compileStep(step, kind.program), state, describe(name, found));
    },
    evaluator: async (graph, options) => {
      const loaded = await load(kind, options.threads);
      return isProblem(loaded) ? loaded : tfjsEvaluator({ tf: loaded.tf, kind }, graph, options);
    },
  };
}

/** libtensorflow on the CPU: channels-last maps, native batch norms. */
export const tfjsNodeEngine: Engine = tfjsEngine(tfjsNode);

/** Untested: its CUDA version is older than any GPU that we had. */
export const tfjsNodeGpuEngine: Engine = tfjsEngine(tfjsNodeGpu, loadTfjs, () => findTfjsNodeGpu());

/** Kernels in WebAssembly, on one thread. */
export const tfjsWasmEngine: Engine = tfjsEngine(tfjsWasm);

/** Kernels as shaders. */
export const tfjsWebgpuEngine: Engine = tfjsEngine(tfjsWebgpu);
