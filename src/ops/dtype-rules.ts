import { type Problem, problem } from "../diagnostics/diagnostic.js";
import type { DType, TensorType } from "../ir/shape.js";

/** A problem if one of the tensors is not float32, the only type for arithmetic. */
export function floatProblem(op: string, tensors: readonly TensorType[]): Problem | undefined {
  return dtypeProblem(op, "float32", tensors);
}

/** A problem if one of the tensors has another type. */
export function dtypeProblem(op: string, expected: DType, tensors: readonly TensorType[]): Problem | undefined {
  for (const { dtype } of tensors) {
    if (dtype !== expected) return problem("shape/wrong-dtype", { op, expected, actual: dtype }, "input");
  }
  return undefined;
}
