/** Kernels under short names, for lowerings composed of several. */
import type { Register, TfjsCalls } from "./builder.js";
import type { BinaryKernel, ReductionKernel, UnaryKernel } from "./kernel-signatures.js";

type Unary = (x: Register) => Register;
type Binary = (a: Register, b: Register) => Register;

export interface Kernels {
  readonly number: (value: number) => Register;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly minimum: Binary;
  readonly maximum: Binary;
  readonly exp: Unary;
  readonly log: Unary;
  /** ln(1 + x). */
  readonly log1p: Unary;
  readonly neg: Unary;
  /** t where the condition holds, else e; all three have the same sizes. */
  readonly select: (condition: Register, t: Register, e: Register) => Register;
  /** A boolean as 1 or 0. */
  readonly factor: Unary;
  /** Reductions over stored axes, which stay with size 1. */
  readonly sum: (x: Register, axes: readonly number[]) => Register;
  readonly max: (x: Register, axes: readonly number[]) => Register;
  readonly mean: (x: Register, axes: readonly number[]) => Register;
  readonly pad: (x: Register, paddings: readonly (readonly number[])[], value?: number) => Register;
  readonly slice: (x: Register, begin: readonly number[], size: readonly number[]) => Register;
  /** The cells [from, to) of one axis and everything of the others, for any number of samples. */
  readonly cut: (x: Register, rank: number, axis: number, cells: readonly [from: number, to: number]) => Register;
  readonly concat: (parts: readonly Register[], axis: number) => Register;
  /** Equal parts of an axis of length `size`. */
  readonly parts: (x: Register, count: number, axis: number, size: number) => readonly Register[];
}

/** A reduction over stored axes. Only Max names them differently. */
export function reduceKernel(
  tfjs: TfjsCalls,
  name: ReductionKernel,
  x: Register,
  axes: readonly number[],
  keepDims: boolean,
): Register {
  return name === "Max"
    ? tfjs.kernel(name, { x }, { reductionIndices: axes, keepDims })
    : tfjs.kernel(name, { x }, { axis: axes, keepDims });
}

/** All axes of a channels-last map but the channels. */
export const mapAxes: readonly number[] = [0, 1, 2];
/** In a slice's sizes: up to the end of the axis. */
export const toTheEnd = -1;

export function kernelsOf(tfjs: TfjsCalls): Kernels {
  const binary =
    (name: BinaryKernel): Binary =>
    (a, b) =>
      tfjs.kernel(name, { a, b });
  const unary =
    (name: UnaryKernel): Unary =>
    (x) =>
      tfjs.kernel(name, { x });
  const reduction = (name: ReductionKernel) => (x: Register, axes: readonly number[]) =>
    reduceKernel(tfjs, name, x, axes, true);
  return {
    number: (value) => tfjs.number(value),
    add: binary("Add"),
    sub: binary("Sub"),
    mul: binary("Multiply"),
    div: binary("RealDiv"),
    minimum: binary("Minimum"),
    maximum: binary("Maximum"),
    exp: unary("Exp"),
    log: unary("Log"),
    log1p: unary("Log1p"),
    neg: unary("Neg"),
    select: (condition, t, e) => tfjs.kernel("Select", { condition, t, e }),
    factor: (x) => tfjs.kernel("Cast", { x }, { dtype: "float32" }),
    sum: reduction("Sum"),
    max: reduction("Max"),
    mean: reduction("Mean"),
    pad: (x, paddings, value = 0) =>
      paddings.every(([before, after]) => before === 0 && after === 0)
        ? x
        : tfjs.kernel("PadV2", { x }, { paddings, constantValue: value }),
    slice: (x, begin, size) => tfjs.kernel("Slice", { x }, { begin, size }),
    cut: (x, rank, axis, [from, to]) => {
      const begin = new Array<number>(rank).fill(0).with(axis, from);
      const size = new Array<number>(rank).fill(toTheEnd).with(axis, to - from);
      return tfjs.kernel("Slice", { x }, { begin, size });
    },
    concat: (parts, axis) => (parts.length === 1 ? (parts[0] as Register) : tfjs.kernel("Concat", parts, { axis })),
    parts: (x, count, axis, size) =>
      count === 1
        ? [x]
        : tfjs.kernels("SplitV", { x }, { numOrSizeSplits: new Array<number>(count).fill(size / count), axis }, count),
  };
}
