/** Kernels under short names, for lowerings that are made of several. */

import type { ProgramWriter } from "./program-writer.js";
import type { Register } from "./tfjs-program.js";

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
  /** t where the condition holds, else e, with broadcasting: TensorFlow.js' Select has none. */
  readonly select: (condition: Register, t: Register, e: Register) => Register;
  /** A truth value as 1 or 0. */
  readonly factor: Unary;
  /** Reductions over stored axes, which are kept with size 1. */
  readonly sum: (x: Register, axes: readonly number[]) => Register;
  readonly max: (x: Register, axes: readonly number[]) => Register;
  readonly pad: (x: Register, paddings: readonly (readonly number[])[], value?: number) => Register;
  readonly slice: (x: Register, begin: readonly number[], size: readonly number[]) => Register;
}

/** A reduction over stored axes. Max alone has another name for them. */
export function reduce(writer: ProgramWriter, name: string, x: Register, axes: readonly number[], keepDims: boolean) {
  return writer.kernel(name, { x }, { [name === "Max" ? "reductionIndices" : "axis"]: axes, keepDims });
}

export function kernelsOf(writer: ProgramWriter): Kernels {
  const binary =
    (name: string): Binary =>
    (a, b) =>
      writer.kernel(name, { a, b });
  const unary =
    (name: string): Unary =>
    (x) =>
      writer.kernel(name, { x });
  const reduction = (name: string) => (x: Register, axes: readonly number[]) => reduce(writer, name, x, axes, true);
  return {
    number: (value) => writer.number(value),
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
    select: (condition, t, e) =>
      writer.native("SelectV2", [condition, t, e], { T: { type: "float32" } })[0] as Register,
    factor: (x) => writer.kernel("Cast", { x }, { dtype: "float32" }),
    sum: reduction("Sum"),
    max: reduction("Max"),
    pad: (x, paddings, value = 0) =>
      paddings.every(([before, after]) => before === 0 && after === 0)
        ? x
        : writer.kernel("PadV2", { x }, { paddings, constantValue: value }),
    slice: (x, begin, size) => writer.kernel("Slice", { x }, { begin, size }),
  };
}
