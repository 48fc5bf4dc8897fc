/** Operands repeated to their full sizes, for kernels that do not broadcast. */
import type { ValueId } from "../../ir/graph.js";
import type { Register, TfjsBuilder, TfjsCalls } from "./builder.js";
import { type Layout, storedSizes } from "./layout.js";

/** A tensor of sizes `from`, repeated along its axes of size 1 to the sizes `to`; both have the same rank. */
export function tiled(tfjs: TfjsCalls, x: Register, from: readonly number[], to: readonly number[]): Register {
  const reps = to.map((size, axis) => size / (from[axis] as number));
  return reps.every((times) => times === 1) ? x : tfjs.hasSizes(tfjs.kernel("Tile", { x }, { reps }), to);
}

/** A value broadcast to the sizes `to` (in the graph's axis order), stored in this layout. */
export function tiledOperand(
  tfjs: TfjsBuilder,
  value: ValueId | undefined,
  layout: Layout,
  to: readonly number[],
): Register {
  const sizes = tfjs.sizesOf(value);
  const whole = storedSizes([...new Array<number>(to.length - sizes.length).fill(1), ...sizes], layout);
  return tiled(tfjs, tfjs.reshape(tfjs.operand(value, layout), whole), whole, storedSizes(to, layout));
}
