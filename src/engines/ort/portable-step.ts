import type { OnnxRuntime } from "../../deploy/runtime.js";
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { Graph } from "../../ir/graph.js";
import type { RunningStep, StepOptions } from "../engine.js";
import { limitOf, type Provider, sessionOptions } from "./ort-runtime.js";
import { OrtStep } from "./ort-step.js";
import { portableProgram } from "./portable.js";
import { adaptiveSession, type Spinning } from "./spinning.js";

export interface PortableStep extends StepOptions {
  readonly runtime: OnnxRuntime;
  /** The engine's name, for the description and for error messages. */
  readonly name: string;
  readonly provider: Provider;
  readonly step: Graph;
  /** The current way of waiting, if the engine's threads adapt it to the load of the machine. */
  readonly waiting?: { spinning: Spinning } | undefined;
}

/** The step in plain ONNX ops on an available provider. */
export async function portableStep(request: PortableStep): Promise<RunningStep | Problem> {
  const { runtime, name, provider, step, state, threads, profilePrefix, waiting, besides } = request;
  const program = portableProgram(step);
  const tuning = { provider, threads, optimize: "all", profilePrefix } as const;
  try {
    const open = (spinning: Spinning) =>
      runtime.InferenceSession.create(program.bytes, sessionOptions({ ...tuning, spinning }));
    const session = await (waiting === undefined ? open("long") : adaptiveSession(open, { threads, waiting, besides }));
    return new OrtStep(runtime, session, program, state, `${name}, portable`);
  } catch (error) {
    const reason = limitOf(error, provider);
    if (reason === undefined) throw error;
    return problem("engine/refuses-step", { engine: name, reason });
  }
}
