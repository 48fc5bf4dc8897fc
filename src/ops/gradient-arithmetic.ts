/** Shared by gradient rules: arithmetic on values, and sums over broadcast axes. All sizes are fixed. */
import { invariant } from "../diagnostics/invariant.js";
import type { ValueId } from "../ir/graph.js";
import type { GradientBuilder } from "./contracts.js";

/** The sizes of a value; the batch is bound before differentiation. */
export function sizesOf(builder: GradientBuilder, value: ValueId): readonly number[] {
  return builder.typeOf(value).shape.map((dim) => {
    invariant(typeof dim === "number", "a gradient rule needs fixed sizes: bind the batch first (ops/bind-batch.ts)");
    return dim;
  });
}

type Binary = (a: ValueId, b: ValueId) => ValueId;

/** Element-wise ops as functions of values. */
export interface Arithmetic {
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly where: (condition: ValueId, a: ValueId, b: ValueId) => ValueId;
  /** The value of a literal number. (Values are numbers too, so literals need this function.) */
  readonly number: (literal: number) => ValueId;
}

export function arithmetic(builder: GradientBuilder): Arithmetic {
  const binary =
    (op: string): Binary =>
    (a, b) =>
      builder.node(op, [a, b]);
  return {
    add: binary("add"),
    sub: binary("sub"),
    mul: binary("mul"),
    div: binary("div"),
    where: (condition, a, b) => builder.node("where", [condition, a, b]),
    number: (literal) => builder.number(literal),
  };
}

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Reshapes a value. */
export function reshapeTo(builder: GradientBuilder, value: ValueId, sizes: readonly number[]): ValueId {
  if (sameSizes(sizesOf(builder, value), sizes)) return value;
  return builder.node("reshape", [value], { shape: sizes });
}

/** Broadcasts a value to these sizes. */
export function broadcastToSizes(builder: GradientBuilder, value: ValueId, sizes: readonly number[]): ValueId {
  if (sameSizes(sizesOf(builder, value), sizes)) return value;
  return builder.node("broadcast_to", [value], { sizes });
}

/** The gradient of broadcasting: the sum over the axes along which a value of these sizes was repeated. */
export function sumToSizes(builder: GradientBuilder, value: ValueId, sizes: readonly number[]): ValueId {
  const repeated = sizesOf(builder, value);
  const missing = repeated.length - sizes.length;
  const leading = Array.from({ length: missing }, (_, axis) => axis);
  const summed = leading.length === 0 ? value : builder.node("reduce_sum", [value], { axes: leading, keep: false });
  const axes = [...sizes.keys()].filter((axis) => sizes[axis] === 1 && repeated[axis + missing] !== 1);
  return axes.length === 0 ? summed : builder.node("reduce_sum", [summed], { axes, keep: true });
}

/** Transposes the last two axes. */
export function transposeLast(builder: GradientBuilder, value: ValueId): ValueId {
  const axes = [...sizesOf(builder, value).keys()];
  return builder.node("transpose", [value], { permutation: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] });
}
