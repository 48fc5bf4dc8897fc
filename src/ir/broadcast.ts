import { type Dim, type Shape, sameDim } from "./shape.js";

/** Shapes that do not broadcast: the axis of the result and both sizes. */
export interface BroadcastMismatch {
  readonly kind: "mismatch";
  readonly axis: number;
  readonly sizes: readonly [Dim, Dim];
}

export function isMismatch(result: Shape | BroadcastMismatch): result is BroadcastMismatch {
  return "kind" in result;
}

/**
 * The broadcast shape of both: aligned at the last axis, a size of 1 fits any (NumPy's rules, ONNX "multidirectional
 * broadcasting"). A multiple of N fits only itself and 1.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape | BroadcastMismatch {
  const rank = Math.max(a.length, b.length);
  const shape: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (!sameDim(left, right) && left !== 1 && right !== 1) return { kind: "mismatch", axis, sizes: [left, right] };
    shape.push(left === 1 ? right : left);
  }
  return shape;
}
