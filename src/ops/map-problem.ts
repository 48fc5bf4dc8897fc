import { type Problem, problem } from "../diagnostics/diagnostic.js";
import type { TensorType } from "../ir/shape.js";
import { floatProblem } from "./dtype-rules.js";

/** A problem if an input is not a float32 map [N, C, H, W] whose `fixed` axes are numbers. */
export function mapProblem(op: string, input: TensorType, fixed: readonly number[]): Problem | undefined {
  const { shape } = input;
  const wrong = floatProblem(op, [input]);
  if (wrong) return wrong;
  if (shape.length !== 4) return problem("shape/wrong-rank", { op, expected: 4, actual: shape }, "input");
  const moving = fixed.find((axis) => typeof shape[axis] !== "number");
  if (moving === undefined) return undefined;
  return problem("shape/needs-fixed-size", { op, axis: moving, actual: shape }, "input");
}
