import { isProblem } from "../../diagnostics/diagnostic.js";
import { installRuntime } from "../../diagnostics/install-runtime.js";
import type { Graph } from "../../ir/graph.js";
import type { Engine } from "../engine.js";
import type { Block } from "./block-probe.js";
import { loadNativeRuntime, sessionOptions } from "./ort-runtime.js";
import type { Spinning } from "./spinning.js";

export interface OrtEngineOptions {
  /** Use plain ONNX ops even if the blocked layout is available. */
  readonly portable?: boolean | undefined;
}

/** Whether the batch of any map fills blocks: otherwise the blocked layout gains nothing. */
const fillsBlocks = (step: Graph, block: Block): boolean =>
  step.inputs.some(({ value }) => {
    const { shape } = step.types[value] ?? { shape: [] };
    return shape.length === 4 && typeof shape[0] === "number" && shape[0] % block === 0;
  });

/** Stock onnxruntime-node on the CPU: in the blocked layout if the probe finds one, otherwise in plain ONNX ops. */
export function ortEngine({ portable = false }: OrtEngineOptions = {}): Engine {
  const waiting: { spinning: Spinning } = { spinning: "long" };
  return {
    name: "ort",
    needs: installRuntime(),
    runsOnProcessor: true,
    found: async (threads) => {
      const ort = await loadNativeRuntime();
      if (isProblem(ort)) return ort;
      const here = { version: ort.env.versions.node ?? "" };
      return threads === undefined ? { ...here, device: "CPU, all cores" } : { ...here, device: "CPU", threads };
    },
    create: async (step, { state, threads, profilePrefix, besides }) => {
      const ort = await loadNativeRuntime();
      if (isProblem(ort)) return ort;
      // Loaded lazily: only needed to write a model.
      const { probeBlock } = await import("./block-probe.js");
      const block = portable ? undefined : await probeBlock(ort);
      if (block === undefined || !fillsBlocks(step, block)) {
        const { portableStep } = await import("./portable-step.js");
        const how = { threads, profilePrefix, besides, waiting: profilePrefix === undefined ? waiting : undefined };
        return portableStep({ runtime: ort, name: "ort", provider: "cpu", step, state, ...how });
      }
      const [{ blockedProgram }, { OrtStep }, { adaptiveSession }] = await Promise.all([
        import("./blocked/blocked-program.js"),
        import("./ort-step.js"),
        import("./spinning.js"),
      ]);
      const program = blockedProgram(step, block);
      const tuning = { provider: "cpu", threads, optimize: "disabled", profilePrefix } as const;
      const open = (spinning: Spinning) =>
        ort.InferenceSession.create(program.bytes, sessionOptions({ ...tuning, spinning }));
      // A profile covers one session from start to end.
      const session = await (profilePrefix === undefined
        ? adaptiveSession(open, { threads, waiting, besides })
        : open("long"));
      return new OrtStep(ort, session, program, state, `ort, blocks of ${block}`);
    },
    evaluator: async (graph, options) => {
      const runtime = await loadNativeRuntime();
      if (isProblem(runtime)) return runtime;
      const { ortEvaluator } = await import("./ort-evaluator.js");
      return ortEvaluator({ runtime, name: "ort", provider: "cpu", graph, spinning: waiting.spinning, ...options });
    },
  };
}
