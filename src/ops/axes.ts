import { type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Shape } from "../ir/shape.js";

/** The axis as an index from 0 (a negative one counts from the end), or a problem. */
export function resolveAxis(op: string, axis: number, shape: Shape): number | Problem {
  const counted = axis < 0 ? axis + shape.length : axis;
  return axisProblem(op, counted, shape, axis) ?? counted;
}

/** Checks an axis attribute of a node. `said`: the axis as the user wrote it, for the message. */
export function axisProblem(op: string, axis: number, shape: Shape, said = axis): Problem | undefined {
  if (axis >= 0 && axis < shape.length) return undefined;
  return problem("shape/axis-out-of-range", { op, axis: said, actual: shape }, "axis");
}

/** Row-major data viewed along one axis: element (o, k, i) is at (o * length + k) * inner + i. */
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
