import { type Problem, problem } from "../diagnostics/diagnostic.js";
import type { TensorType } from "../ir/shape.js";

/** What is wrong when one of the tensors is not float32, the only type the language does arithmetic in. */
export function floatProblem(op: string, tensors: readonly TensorType[]): Problem | undefined {
  for (const { dtype } of tensors) {
    if (dtype !== "float32") return problem("shape/wrong-dtype", { op, expected: "float32", actual: dtype }, "input");
  }
  return undefined;
}
