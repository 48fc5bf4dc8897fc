import { isProblem, type Problem, problem } from "../../../diagnostics/diagnostic.js";
import type { Graph } from "../../../ir/graph.js";
import type { RunningStep, StepOptions } from "../engine.js";
import { OrtStep } from "./ort-step.js";
import { portableProgram } from "./portable.js";
import { loadOnnxRuntime, type Provider, sessionOptions } from "./runtime.js";

export interface PortableStep extends StepOptions {
  /** The engine's name, for the description and for what it refuses. */
  readonly name: string;
  readonly provider: Provider;
  readonly step: Graph;
}

/** The step in plain ONNX ops on a provider that is there. */
export async function portableStep(request: PortableStep): Promise<RunningStep | Problem> {
  const { name, provider, step, state, threads, profilePrefix } = request;
  const ort = await loadOnnxRuntime();
  if (isProblem(ort)) return ort;
  const program = portableProgram(step);
  const tuning = { provider, threads, optimize: "all", profilePrefix } as const;
  try {
    const session = await ort.InferenceSession.create(program.bytes, sessionOptions(tuning));
    return new OrtStep(ort, session, program, state, `${name}, portable`);
  } catch (error) {
    // On the CPU every lowering is tested, so that it would be our mistake; a GPU has limits of its own.
    if (provider === "cpu" || !(error instanceof Error)) throw error;
    return problem("engine/refuses-step", { engine: name, reason: error.message.split("\n")[0] ?? "" });
  }
}
