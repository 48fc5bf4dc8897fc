import type { Span } from "../../diagnostics/span.js";
import type { Context, Place } from "../context.js";
import { float, int, unknown, type Value } from "../values.js";
import { foldTensors } from "./fold-tensors.js";
import { describe, type EvaluatedArgument } from "./signature.js";

/** A function from numbers, lists and tensors' sizes to a number. */
interface ScalarFunction {
  readonly doc: string;
  readonly takes: string;
  /** The result; `undefined` if the arguments do not fit. */
  call(context: Context, args: readonly Value[], span: Span): Value | undefined;
}

type NumberValue = Value & { kind: "int" | "float" };
const isNumber = (value: Value | undefined): value is NumberValue => value?.kind === "int" || value?.kind === "float";

/** Like Python's `//`, bit for bit: uses the remainder, which is exact (`floor(0.7 / 0.1)` is 6, too). */
function floorDivide(a: number, b: number): number {
  const remainder = a % b;
  const quotient = (a - remainder) / b - (remainder !== 0 && remainder < 0 !== b < 0 ? 1 : 0);
  // An integer, up to rounding in the last bit.
  const below = Math.floor(quotient);
  return (quotient - below > 0.5 ? below + 1 : below) + 0;
}

/** Rounding to an int. */
function rounding(doc: string, round: (x: number) => number): ScalarFunction {
  return {
    doc,
    takes: "a number",
    call: (context, [x, ...rest], span) => {
      if (!isNumber(x) || rest.length > 0) return undefined;
      if (x.value === undefined) return int(undefined);
      const result = round(x.value) + 0;
      if (Number.isSafeInteger(result)) return int(result);
      return context.report("value/overflow", { expression: `${x.value}`, type: "int" }, span);
    },
  };
}

/** One number from several, or from a list of them. */
function folding(doc: string, fold: (a: number, b: number) => number, empty?: number): ScalarFunction {
  return {
    doc,
    takes: "numbers, or a list of numbers or tensors",
    call: (context, args, span) => {
      const [first] = args;
      const isList = args.length === 1 && first?.kind === "list";
      if (isList && first.items === undefined) return first.element === "int" ? int(undefined) : float(undefined);
      const numbers = isList ? (first.items ?? []) : args;
      if (numbers.some(({ kind }) => kind === "unknown")) return unknown;
      if ((numbers.length === 0 && empty === undefined) || !numbers.every(isNumber)) return undefined;
      const known = numbers.map((n) => n.value);
      const isInt = numbers.every((n) => n.kind === "int");
      const of = isInt ? int : float;
      if (known.includes(undefined)) return of(undefined);
      const result = (known as number[]).reduce((a, b) => fold(a, b), empty ?? (known[0] as number));
      if (isInt ? Number.isSafeInteger(result) : Number.isFinite(result)) return of(result);
      return context.report("value/overflow", { expression: doc, type: isInt ? "int" : "float" }, span);
    },
  };
}

/** A function of one number. NaN and infinity are not allowed as floats: such arguments do not fit. */
function ofOne(doc: string, takes: string, value: (x: number) => number): ScalarFunction {
  return {
    doc,
    takes,
    call: (_context, [x, ...rest]) => {
      if (!isNumber(x) || rest.length > 0) return undefined;
      if (x.value === undefined) return float(undefined);
      const result = value(x.value);
      return Number.isFinite(result) ? float(result) : undefined;
    },
  };
}

/** The size of a tensor along any axis; for the batch, a multiple of N. */
const sizeAlong: ScalarFunction = {
  doc: "the size of an axis, counted from 0 or, if negative, from the end; for the batch a multiple of N",
  takes: "a tensor and an int",
  call: (context, [x, axis, ...rest], span) => {
    if (rest.length > 0 || axis?.kind !== "int" || (x?.kind !== "tensor" && x?.kind !== "unknown")) return undefined;
    const type = context.typeOf(x);
    if (type === undefined || axis.value === undefined) return (axis.value ?? 0) === 0 ? unknown : int(undefined);
    const dim = type.shape[axis.value < 0 ? axis.value + type.shape.length : axis.value];
    if (typeof dim === "number") return int(dim);
    if (dim !== undefined) return { kind: "batch", factor: dim.batch };
    return context.report("shape/axis-out-of-range", { op: "dim", axis: axis.value, actual: type.shape }, span);
  },
};

/** A size of a tensor along one axis. */
function sizeOf(name: string, axis: number): ScalarFunction {
  return {
    doc: `its ${name}: the size of axis ${axis}`,
    takes: "a tensor",
    call: (context, [x, ...rest], span) => {
      if (rest.length > 0 || (x?.kind !== "tensor" && x?.kind !== "unknown")) return undefined;
      const type = context.typeOf(x);
      if (type === undefined) return int(undefined);
      const dim = type.shape[axis];
      if (typeof dim === "number") return int(dim);
      return context.report("shape/axis-out-of-range", { op: name, axis, actual: type.shape }, span);
    },
  };
}

export const scalarFunctions: Readonly<Record<string, ScalarFunction>> = {
  len: {
    doc: "length of a list",
    takes: "a list",
    call: (_context, [list, ...rest]) =>
      list?.kind === "list" && rest.length === 0 ? int(list.items?.length) : undefined,
  },
  channels: sizeOf("channels", 1),
  height: sizeOf("height", 2),
  width: sizeOf("width", 3),
  dim: sizeAlong,
  floor: rounding("the largest int not above", Math.floor),
  ceil: rounding("the smallest int not below", Math.ceil),
  // Rounds halves to even, as Python and torch do.
  round: rounding("the nearest int, halves to the even one", (x) => {
    const below = Math.floor(x);
    if (x - below !== 0.5) return Math.round(x);
    return below % 2 === 0 ? below : below + 1;
  }),
  floor_div: {
    doc: "a divided by b, rounded towards minus infinity; for two ints an exact int",
    takes: "two numbers",
    call: (context, [a, b, ...rest], span) => {
      if (!isNumber(a) || !isNumber(b) || rest.length > 0) return undefined;
      const of = a.kind === "int" && b.kind === "int" ? int : float;
      if (b.value === 0) {
        const left = a.value === undefined ? "floor_div(..., 0)" : `floor_div(${a.value}, 0)`;
        return context.report("value/division-by-zero", { expression: left }, span);
      }
      if (a.value === undefined || b.value === undefined) return of(undefined);
      const result = floorDivide(a.value, b.value);
      if (Number.isFinite(result)) return of(result);
      return context.report("value/overflow", { expression: `floor_div(${a.value}, ${b.value})`, type: "float" }, span);
    },
  },
  float: {
    doc: "the number as a float",
    takes: "a number",
    call: (_context, [x, ...rest]) => (isNumber(x) && rest.length === 0 ? float(x.value) : undefined),
  },
  min: folding("the smallest", Math.min),
  max: folding("the largest", Math.max),
  sum: folding("the sum", (a, b) => a + b, 0),
  abs: {
    doc: "the absolute value",
    takes: "a number",
    call: (_context, [x, ...rest]) => {
      if (!isNumber(x) || rest.length > 0) return undefined;
      const value = x.value === undefined ? undefined : Math.abs(x.value);
      return x.kind === "int" ? int(value) : float(value);
    },
  },
  sqrt: {
    doc: "the square root",
    takes: "a number",
    call: (context, [x, ...rest], span) => {
      if (!isNumber(x) || rest.length > 0) return undefined;
      if (x.value === undefined) return float(undefined);
      if (x.value >= 0) return float(Math.sqrt(x.value));
      return context.report(
        "value/out-of-range",
        { callee: "sqrt", name: "x", min: 0, max: undefined, actual: x.value },
        span,
      );
    },
  },
  log: ofOne("the natural logarithm", "a number above 0", Math.log),
  log2: ofOne("the logarithm to base 2", "a number above 0", Math.log2),
  exp: ofOne("e to the power of the number", "a number below 709.8", Math.exp),
  sin: ofOne("the sine of an angle in radians", "a number", Math.sin),
  cos: ofOne("the cosine of an angle in radians", "a number", Math.cos),
};

/** Calls a scalar function; arguments that do not fit are reported. */
export function callScalarFunction(
  context: Context,
  name: string,
  args: readonly EvaluatedArgument[],
  place: Place,
  span: Span,
): Value {
  // First of all: an unknown value may be a tensor, which makes this the op of the same name (`sum(x, axes: [1])`).
  if (args.some((arg) => arg.value.kind === "unknown")) return unknown;
  const named = args.find((arg) => arg.name !== undefined);
  if (named?.name !== undefined) {
    const holes = { callee: name, name: named.name.text, known: "", suggestion: undefined };
    return context.report("resolve/unknown-parameter", holes, named.name.span);
  }
  const found = scalarFunctions[name] as ScalarFunction;
  const [only] = args;
  const ofTensors =
    args.length === 1 && only?.value.kind === "list" ? foldTensors(context, name, only.value, place, span) : undefined;
  if (ofTensors !== undefined) return ofTensors;
  const result = found.call(
    context,
    args.map((arg) => arg.value),
    span,
  );
  if (result !== undefined) return result;
  const actual = args.map((arg) => describe(arg.value)).join(", ") || "nothing";
  return context.report("type/wrong-argument", { callee: name, name: "argument", expected: found.takes, actual }, span);
}
