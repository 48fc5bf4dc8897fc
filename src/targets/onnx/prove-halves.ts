import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import { InvariantError } from "../../diagnostics/invariant.js";
import type { WeightedGraph } from "../../passes/weighted-graph.js";
import { probeInputs } from "../../reference/probe-weights.js";
import { worst } from "./compare-outputs.js";
import type { Halves, Rounding } from "./half-weights.js";
import { runFile, type VerificationRuntime } from "./run-file.js";

const batch = 2;
/** The same numbers reach the same kernels: only their order may differ. */
const allowed = 1e-6;

/** Compares the stored halves with the same numbers in float32, and says what the rounding changes. */
export async function proveHalves(
  exact: WeightedGraph<Float32Array>,
  { model, stored, tooLarge }: Halves,
  opset: number,
  runtime: VerificationRuntime | undefined,
): Promise<Rounding | Problem> {
  if (runtime === undefined) return { tooLarge };
  const inputs = probeInputs(model.graph, batch, 1);
  const { name } = model.graph;
  try {
    const wanted = await runFile(model, inputs, opset, runtime);
    const found = worst(wanted, await runFile(model, inputs, opset, runtime, stored));
    if (!(found.error <= allowed))
      return problem("onnx/runtime-differs", { model: name, input: "full size", ...found, allowed });
    const { error } = worst(await runFile(exact, inputs, opset, runtime), wanted);
    return { tooLarge, error };
  } catch (error) {
    if (error instanceof InvariantError) throw error;
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return problem("onnx/runtime-refuses", { model: name, reason });
  }
}
