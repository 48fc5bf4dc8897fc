/** Where an axis of a value is found again behind an op. */
import { broadcastShapes, isMismatch } from "../../ir/broadcast.js";
import type { Node } from "../../ir/graph.js";
import { type Shape, sameShape } from "../../ir/shape.js";

type Axis = number | "somewhere" | undefined;

/** Whether an op of several values may go entry by entry, as far as the shapes tell. */
export function isElementwise(shapes: readonly Shape[], output: Shape): boolean {
  let all: Shape = [];
  for (const shape of shapes) {
    const joined = broadcastShapes(all, shape);
    if (isMismatch(joined)) return false;
    all = joined;
  }
  return sameShape(all, output);
}

/** Broadcasting lines axes up at the last one. */
export function alignedAxis(axis: Axis, shape: Shape, output: Shape): Axis {
  return typeof axis === "number" ? axis + output.length - shape.length : axis;
}

/** The axis behind an op of one value; undefined where the op has done away with it. */
export function keptAxis({ op, attributes }: Node, axis: Axis, shape: Shape, output: Shape): Axis {
  if (typeof axis !== "number") return axis;
  if (op.startsWith("reduce_")) {
    const axes = attributes.axes as readonly number[];
    if (axes.includes(axis)) return undefined;
    return attributes.keep === true ? axis : axis - axes.filter((reduced) => reduced < axis).length;
  }
  if (op === "transpose") return (attributes.permutation as readonly number[]).indexOf(axis);
  if (op === "reshape" || op === "flatten") return reshapedAxis(axis, shape, output);
  return sameShape(shape, output) ? axis : "somewhere";
}

/** Axes of one entry come and go; where anything else changes, nobody knows where the axis is. */
function reshapedAxis(axis: number, shape: Shape, output: Shape): Axis {
  const real = (of: Shape) => [...of.keys()].filter((i) => of[i] !== 1);
  const [before, after] = [real(shape), real(output)];
  const sizes = (of: Shape, axes: readonly number[]): Shape => axes.flatMap((i) => of[i] ?? []);
  if (!sameShape(sizes(shape, before), sizes(output, after))) return "somewhere";
  return after[before.indexOf(axis)];
}
