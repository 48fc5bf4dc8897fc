import { type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Shape } from "../ir/shape.js";

/** The axis counted from 0 (negative ones count from the end), or what is wrong. */
export function resolveAxis(op: string, axis: number, shape: Shape): number | Problem {
  const counted = axis < 0 ? axis + shape.length : axis;
  return axisProblem(op, counted, shape, axis) ?? counted;
}

/** What is wrong with an axis that an op's node names, if anything; `said` is how the user wrote it. */
export function axisProblem(op: string, axis: number, shape: Shape, said = axis): Problem | undefined {
  if (axis >= 0 && axis < shape.length) return undefined;
  return problem("shape/axis-out-of-range", { op, axis: said, actual: shape }, "axis");
}

/** Row-major data seen along one axis: element (o, k, i) lies at (o * length + k) * inner + i. */
export interface AxisView {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

export function viewAlong(shape: readonly number[], axis: number): AxisView {
  let [outer, inner] = [1, 1];
  for (const [i, size] of shape.entries()) {
    if (i < axis) outer *= size;
    if (i > axis) inner *= size;
  }
  return { outer, length: shape[axis] ?? 1, inner };
}
