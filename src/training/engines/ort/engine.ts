import { isProblem } from "../../../diagnostics/diagnostic.js";
import type { Graph } from "../../../ir/graph.js";
import type { Engine } from "../engine.js";
import { type Block, probeBlock } from "./block-probe.js";
import { blockedProgram } from "./blocked/program.js";
import { ortEvaluator } from "./evaluator.js";
import { OrtStep } from "./ort-step.js";
import { portableProgram } from "./portable.js";
import { loadOnnxRuntime, sessionOptions } from "./runtime.js";

export interface OrtEngineOptions {
  /** Plain ONNX ops even where the machine's blocked layout could be used. */
  readonly portable?: boolean | undefined;
  /** Where the session's profile is written, if anywhere. */
  readonly profilePrefix?: string | undefined;
}

/** Whether any map of the step fills blocks of samples: else nothing would be won. */
const fillsBlocks = (step: Graph, block: Block): boolean =>
  step.inputs.some(({ value }) => {
    const { shape } = step.types[value] ?? { shape: [] };
    return shape.length === 4 && typeof shape[0] === "number" && shape[0] % block === 0;
  });

/** Stock onnxruntime-node on the CPU: in the blocked layout where the probe finds one, else in plain ONNX ops. */
export function ortEngine({ portable = false, profilePrefix }: OrtEngineOptions = {}): Engine {
  return {
    name: "ort",
    create: async (step, { state, threads }) => {
      const ort = await loadOnnxRuntime();
      if (isProblem(ort)) return ort;
      const found = portable ? undefined : await probeBlock(ort);
      const block = found !== undefined && fillsBlocks(step, found) ? found : undefined;
      const program = block === undefined ? portableProgram(step) : blockedProgram(step, block);
      const tuning = { threads, optimize: block === undefined ? "all" : "disabled", profilePrefix } as const;
      const session = await ort.InferenceSession.create(program.bytes, sessionOptions(tuning));
      const description = block === undefined ? "ort, portable" : `ort, blocks of ${block}`;
      return new OrtStep(ort, session, program, state, description);
    },
    evaluator: ortEvaluator,
  };
}
