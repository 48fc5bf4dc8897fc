/** Number by number: arithmetic, comparisons, rounding, and sums over axes, by ONNX's reference rules. */
import type { Dim, DType } from "../../../ir/shape.js";
import { countOf, gather, rowMajorStrides } from "../../../ops/expand.js";
import { areAxes, counted } from "../../../ops/read-nodes.js";
import {
  alike,
  commonSizes,
  constantOf,
  type Fold,
  held,
  type Known,
  knownOf,
  listOf,
  ofSizes,
  plainOf,
} from "./fold.js";
import { computed, dimArithmetic } from "./operand.js";

type OfDims = (values: readonly Dim[], whole: boolean) => Dim | undefined;

/** Inputs broadcast to each other. `gives`: the type of the result, by default the last input's. */
const byNumber =
  (compute: OfDims, gives?: DType): Fold =>
  (inputs) => {
    const all = inputs.map(constantOf).filter((each) => each !== undefined);
    const dims = all.length === inputs.length ? commonSizes(all) : undefined;
    if (dims === undefined || all.length === 0) return undefined;
    const given = all.at(-1)?.dtype ?? "float32";
    const same = alike(all, dims);
    const [first] = same ?? [];
    if (same === undefined || first === undefined) return ofSizes(dims, gives ?? given);
    const whole = given !== "float32" && given !== "float16";
    const numbers: Dim[] = [];
    for (let i = 0; i < first.numbers.length; i++) {
      const result = compute(
        same.map((each) => each.numbers[i] as Dim),
        whole,
      );
      if (result === undefined || Number.isNaN(result)) return undefined;
      numbers.push(held(result, gives ?? given));
    }
    return [computed(numbers, gives ?? given, [...first.dims])];
  };

const ofNumbers =
  (compute: (...values: readonly number[]) => number): OfDims =>
  (values) => {
    const plain = values.filter((each) => typeof each === "number");
    return plain.length === values.length ? compute(...plain) : undefined;
  };

const arithmetic = (operator: "+" | "-" | "*" | "/"): Fold =>
  byNumber(([a, b], whole) => (a === undefined || b === undefined ? undefined : dimArithmetic(operator, a, b, whole)));

const sum: Fold = byNumber((values) =>
  values.reduce<Dim | undefined>((all, each) => all && dimArithmetic("+", all, each, false), 0 as Dim | undefined),
);

/** Half to even. */
function rounded(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Remainder with the divisor's sign; `fmod`: with the dividend's. */
const remainder: Fold = (inputs, node) => {
  const isOfDividend = node.attributes.int("fmod", 0) === 1;
  return byNumber(
    ofNumbers((a = 0, b = 0) => {
      const rest = a % b;
      return isOfDividend || rest === 0 || rest < 0 === b < 0 ? rest : rest + b;
    }),
  )(inputs, node);
};

const isSame = (a: Dim | undefined, b: Dim | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

const compare = (holds: (a: number, b: number) => boolean): Fold =>
  byNumber(
    ofNumbers((a = 0, b = 0) => Number(holds(a, b))),
    "bool",
  );

const where = byNumber(([choice, yes, no]) => (typeof choice !== "number" ? undefined : choice !== 0 ? yes : no));

const bounded: Fold = (inputs, node) => {
  const [low, high] = [1, 2].map((i) => (inputs[i] === undefined ? undefined : knownOf(inputs[i])?.numbers[0]));
  if ([1, 2].some((i) => inputs[i] !== undefined && typeof [low, high][i - 1] !== "number")) return undefined;
  const min = Number(low ?? node.attributes.float("min", Number.NEGATIVE_INFINITY));
  const max = Number(high ?? node.attributes.float("max", Number.POSITIVE_INFINITY));
  return byNumber(ofNumbers((x = 0) => Math.min(max, Math.max(min, x))))(inputs.slice(0, 1), node);
};

/** The numbers along some axes combined; without axes, all of them. */
const reduction =
  (combine: (values: readonly number[]) => number): Fold =>
  (inputs, node) => {
    const input = constantOf(inputs[0]);
    const given = listOf(inputs, node, 1, "axes");
    const keep = node.attributes.int("keepdims", 1) === 1;
    const isForNothing = node.attributes.int("noop_with_empty_axes", 0) === 1 && (given ?? []).length === 0;
    if (input === undefined || isForNothing || (inputs[1] !== undefined && given === undefined)) return undefined;
    const rank = input.dims.length;
    const axes =
      (given ?? []).length === 0 ? input.dims.map((_, axis) => axis) : (given ?? []).map((axis) => counted(axis, rank));
    if (!areAxes(axes, rank) || countOf(input.dims) === 0) return undefined;
    const known = knownOf(inputs[0]);
    const plain = known?.numbers.filter((each) => typeof each === "number");
    if (known === undefined) {
      const left = input.dims.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [dim]));
      return ofSizes(left, input.dtype);
    }
    return plain?.length === known.numbers.length
      ? reduced({ ...known, numbers: plain }, axes, keep, combine)
      : undefined;
  };

function reduced(
  input: Known & { readonly numbers: readonly number[] },
  axes: readonly number[],
  keep: boolean,
  combine: (values: readonly number[]) => number,
) {
  const others = input.dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...others, ...axes];
  const strides = rowMajorStrides(input.dims);
  const turned = gather(
    Float64Array.from(input.numbers),
    order.map((axis) => input.dims[axis] ?? 1),
    order.map((axis) => strides[axis] ?? 0),
  );
  const each = countOf(axes.map((axis) => input.dims[axis] ?? 1));
  const numbers = Array.from({ length: turned.length / each }, (_, i) =>
    held(combine([...turned.subarray(i * each, (i + 1) * each)]), input.dtype),
  );
  const dims = keep
    ? input.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : others.map((axis) => input.dims[axis] ?? 1);
  return [computed(numbers, input.dtype, dims)];
}

/** Sums of each number and all before it along an axis. */
const running: Fold = (inputs, node) => {
  const [input, axes] = [constantOf(inputs[0]), plainOf(inputs[1])];
  const axis = counted(axes?.[0] ?? Number.NaN, input?.dims.length ?? 0);
  const isUsual = node.attributes.int("exclusive", 0) === 0 && node.attributes.int("reverse", 0) === 0;
  if (input === undefined || input.dims[axis] === undefined || !isUsual) return undefined;
  const plain = plainOf(inputs[0]);
  if (plain === undefined || knownOf(inputs[0]) === undefined) return ofSizes(input.dims, input.dtype);
  const step = rowMajorStrides(input.dims)[axis] ?? 1;
  const numbers = [...plain];
  for (const [i, each] of numbers.entries()) {
    if (Math.floor(i / step) % (input.dims[axis] ?? 1) > 0)
      numbers[i] = Number(held(each + (numbers[i - step] ?? 0), input.dtype));
  }
  return [computed(numbers, input.dtype, [...input.dims])];
};

const total = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);

/** The rules by op type, with the number of inputs that each reads. */
export const arithmeticFolds: Readonly<Record<string, readonly [Fold, inputs: number]>> = {
  Add: [arithmetic("+"), 2],
  Sub: [arithmetic("-"), 2],
  Mul: [arithmetic("*"), 2],
  Div: [arithmetic("/"), 2],
  Mod: [remainder, 2],
  Pow: [byNumber(ofNumbers((a = 0, b = 0) => a ** b)), 2],
  Sum: [sum, Number.POSITIVE_INFINITY],
  Max: [byNumber(ofNumbers(Math.max)), Number.POSITIVE_INFINITY],
  Min: [byNumber(ofNumbers(Math.min)), Number.POSITIVE_INFINITY],
  Neg: [byNumber(ofNumbers((x = 0) => -x)), 1],
  Abs: [byNumber(ofNumbers((x = 0) => Math.abs(x))), 1],
  Sign: [byNumber(ofNumbers((x = 0) => Math.sign(x))), 1],
  Sqrt: [byNumber(ofNumbers((x = 0) => Math.sqrt(x))), 1],
  Exp: [byNumber(ofNumbers((x = 0) => Math.exp(x))), 1],
  Log: [byNumber(ofNumbers((x = 0) => Math.log(x))), 1],
  Sin: [byNumber(ofNumbers((x = 0) => Math.sin(x))), 1],
  Cos: [byNumber(ofNumbers((x = 0) => Math.cos(x))), 1],
  Reciprocal: [byNumber(ofNumbers((x = 0) => 1 / x)), 1],
  Floor: [byNumber(ofNumbers((x = 0) => Math.floor(x))), 1],
  Ceil: [byNumber(ofNumbers((x = 0) => Math.ceil(x))), 1],
  Round: [byNumber(ofNumbers((x = 0) => rounded(x))), 1],
  Clip: [bounded, 3],
  Equal: [byNumber(([a, b]) => Number(isSame(a, b)), "bool"), 2],
  // Not(Equal), as fused-nodes.ts combines it.
  "lfer.NotEqual": [byNumber(([a, b]) => Number(!isSame(a, b)), "bool"), 2],
  Less: [compare((a, b) => a < b), 2],
  LessOrEqual: [compare((a, b) => a <= b), 2],
  Greater: [compare((a, b) => a > b), 2],
  GreaterOrEqual: [compare((a, b) => a >= b), 2],
  And: [compare((a, b) => a !== 0 && b !== 0), 2],
  Or: [compare((a, b) => a !== 0 || b !== 0), 2],
  Not: [
    byNumber(
      ofNumbers((x = 0) => Number(x === 0)),
      "bool",
    ),
    1,
  ],
  Where: [where, 3],
  CumSum: [running, 2],
  ReduceProd: [reduction(countOf), 2],
  ReduceSum: [reduction(total), 2],
  ReduceMax: [reduction((values) => Math.max(...values)), 2],
  ReduceMin: [reduction((values) => Math.min(...values)), 2],
};
