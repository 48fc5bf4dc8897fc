/** Follows an axis of a value through an op. */
import { broadcastShapes, isMismatch } from "../../ir/broadcast.js";
import type { Node } from "../../ir/graph.js";
import { type Shape, sameShape, type TensorType } from "../../ir/shape.js";
import { findOp } from "../../ops/registry.js";

type Axis = number | "somewhere" | undefined;

/** Whether an op of several values may be elementwise, judging by the shapes. */
export function isElementwise(shapes: readonly Shape[], output: Shape): boolean {
  let all: Shape = [];
  for (const shape of shapes) {
    const joined = broadcastShapes(all, shape);
    if (isMismatch(joined)) return false;
    all = joined;
  }
  return sameShape(all, output);
}

/** Broadcasting aligns axes at the last one. */
export function alignedAxis(axis: Axis, shape: Shape, output: Shape): Axis {
  return typeof axis === "number" ? axis + output.length - shape.length : axis;
}

/** The axis after an op of one value; undefined if the op removed it. */
export function keptAxis({ op, attributes }: Node, axis: Axis, input: TensorType, output: TensorType): Axis {
  if (typeof axis !== "number") return axis;
  const moves = findOp(op)?.spatial([input], [output], attributes) ?? [];
  if (moves === "same order") return reshapedAxis(axis, input.shape, output.shape);
  const move = moves[0]?.[axis];
  const isWhole = sameShape(input.shape, output.shape);
  if (move === undefined) return "somewhere";
  if (move.to === undefined) return isWhole ? "somewhere" : undefined;
  return isWhole || move.seen === 1 ? move.to : "somewhere";
}

/** Axes of size 1 may be added or removed; after any other change the axis is unknown. */
function reshapedAxis(axis: number, shape: Shape, output: Shape): Axis {
  const real = (of: Shape) => [...of.keys()].filter((i) => of[i] !== 1);
  const [before, after] = [real(shape), real(output)];
  const sizes = (of: Shape, axes: readonly number[]): Shape => axes.flatMap((i) => of[i] ?? []);
  if (!sameShape(sizes(shape, before), sizes(output, after))) return "somewhere";
  return after[before.indexOf(axis)];
}
