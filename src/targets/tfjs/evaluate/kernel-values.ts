/**
 * What each kernel computes, in double precision: by the reference of our own ops where there is one. With it a program is compared
 * with its graph, also on machines without TensorFlow.js.
 */
import { abs } from "../../../ops/abs.js";
import { add } from "../../../ops/add.js";
import { concat } from "../../../ops/concat.js";
import type { Tensor } from "../../../ops/contracts.js";
import { cumsum } from "../../../ops/cumsum.js";
import { div } from "../../../ops/div.js";
import { equal } from "../../../ops/equal.js";
import { erf } from "../../../ops/erf.js";
import { exp } from "../../../ops/exp.js";
import { greater } from "../../../ops/greater.js";
import { greaterEqual } from "../../../ops/greater-equal.js";
import { less } from "../../../ops/less.js";
import { lessEqual } from "../../../ops/less-equal.js";
import { log } from "../../../ops/log.js";
import { logicalAnd } from "../../../ops/logical-and.js";
import { logicalNot } from "../../../ops/logical-not.js";
import { logicalOr } from "../../../ops/logical-or.js";
import { matmul } from "../../../ops/matmul.js";
import { maximum } from "../../../ops/maximum.js";
import { minimum } from "../../../ops/minimum.js";
import { mul } from "../../../ops/mul.js";
import { neg } from "../../../ops/neg.js";
import { notEqual } from "../../../ops/not-equal.js";
import { pow } from "../../../ops/pow.js";
import { reduceMax } from "../../../ops/reduce-max.js";
import { reduceMean } from "../../../ops/reduce-mean.js";
import { reduceMin } from "../../../ops/reduce-min.js";
import { reduceSum } from "../../../ops/reduce-sum.js";
import { relu } from "../../../ops/relu.js";
import { relu6 } from "../../../ops/relu6.js";
import { sigmoid } from "../../../ops/sigmoid.js";
import { softplus } from "../../../ops/softplus.js";
import { split } from "../../../ops/split.js";
import { sqrt } from "../../../ops/sqrt.js";
import { square } from "../../../ops/square.js";
import { sub } from "../../../ops/sub.js";
import { tanh } from "../../../ops/tanh.js";
import type { KernelAttributes, KernelInputs, KernelName } from "../../../ops/tfjs/kernel-signatures.js";
import { transpose } from "../../../ops/transpose.js";
import { where } from "../../../ops/where.js";
import { padded, repeated, reshaped, sliced, taken } from "./movements.js";
import { convolve, convolveBack, convolveByChannel, largestInWindows, meansOfWindows } from "./windows.js";

/** The inputs by name (a list stays a list), as tensors. */
type Held<Inputs> = Inputs extends readonly unknown[] ? readonly Tensor[] : { readonly [Name in keyof Inputs]: Tensor };

/** A kernel that occurs in no inference, and the reason. */
export interface NotInInference {
  readonly notInInference: string;
}

type KernelValue<K extends KernelName> =
  | ((inputs: Held<KernelInputs<K>>, attributes: KernelAttributes<K>) => Tensor | readonly Tensor[])
  | NotInInference;

interface Evaluated<A> {
  evaluate(inputs: readonly Tensor[], attributes: A): readonly Tensor[];
}
type Plain = Readonly<Record<never, never>>;
interface One {
  readonly x: Tensor;
}
interface Two {
  readonly a: Tensor;
  readonly b: Tensor;
}

const only = (results: readonly Tensor[]): Tensor => results[0] as Tensor;
const unary =
  (op: Evaluated<Plain>) =>
  ({ x }: One): Tensor =>
    only(op.evaluate([x], {}));
const binary =
  (op: Evaluated<Plain>) =>
  ({ a, b }: Two): Tensor =>
    only(op.evaluate([a, b], {}));
const each =
  (value: (number: number) => number) =>
  ({ x: { shape, data } }: One): Tensor => ({ shape, data: data.map(value) });

interface ReductionAttributes {
  readonly axes: readonly number[];
  readonly keep: boolean;
}
const reduced = (op: Evaluated<ReductionAttributes>, x: Tensor, axes: readonly number[], keep: boolean): Tensor =>
  only(op.evaluate([x], { axes: axes.toSorted((a, b) => a - b), keep }));
const reduction =
  (op: Evaluated<ReductionAttributes>) =>
  ({ x }: One, { axis, keepDims }: KernelAttributes<"Sum">): Tensor =>
    reduced(op, x, axis, keepDims);

/** Transposes the last two axes. */
function turned(x: Tensor, isTurned: boolean): Tensor {
  if (!isTurned) return x;
  const axes = [...x.shape.keys()];
  const permutation = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  return only(transpose.evaluate([x], { permutation }));
}

/** The index of the (first) maximum. */
function firstLargest(x: Tensor, axis: number): Tensor {
  const last = only(
    transpose.evaluate([x], { permutation: [...[...x.shape.keys()].filter((each) => each !== axis), axis] }),
  );
  const shape = last.shape.slice(0, -1);
  const length = last.shape.at(-1) as number;
  const data = Float64Array.from({ length: last.data.length / length }, (_, row) => {
    const values = last.data.subarray(row * length, (row + 1) * length);
    return values.reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0);
  });
  return { shape, data };
}

const gradient: NotInInference = { notInInference: "only gradients have this kernel" };

export const kernelValues: { readonly [K in KernelName]: KernelValue<K> } = {
  Abs: unary(abs),
  Erf: unary(erf),
  Exp: unary(exp),
  Expm1: each(Math.expm1),
  Identity: ({ x }) => x,
  Log: unary(log),
  Log1p: each(Math.log1p),
  LogicalNot: unary(logicalNot),
  Neg: unary(neg),
  Relu: unary(relu),
  Relu6: unary(relu6),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Sqrt: unary(sqrt),
  Square: unary(square),
  Tanh: unary(tanh),

  Add: binary(add),
  Equal: binary(equal),
  Greater: binary(greater),
  GreaterEqual: binary(greaterEqual),
  Less: binary(less),
  LessEqual: binary(lessEqual),
  LogicalAnd: binary(logicalAnd),
  LogicalOr: binary(logicalOr),
  Maximum: binary(maximum),
  Minimum: binary(minimum),
  Multiply: binary(mul),
  NotEqual: binary(notEqual),
  Pow: binary(pow),
  RealDiv: binary(div),
  Sub: binary(sub),

  Max: ({ x }, { reductionIndices, keepDims }) => reduced(reduceMax, x, reductionIndices, keepDims),
  Mean: reduction(reduceMean),
  Min: reduction(reduceMin),
  Sum: reduction(reduceSum),
  ArgMax: ({ x }, { axis }) => firstLargest(x, axis),
  Cumsum: ({ x }, { axis, reverse }) => only(cumsum.evaluate([x], { axis, reverse })),
  Select: ({ condition, t, e }) => only(where.evaluate([condition, t, e], {})),

  Cast: ({ x }) => x,
  Concat: (parts, { axis }) => only(concat.evaluate(parts, { axis })),
  GatherV2: ({ x, indices }, { axis }) => taken(x, indices, axis),
  PadV2: ({ x }, { paddings, constantValue }) => padded(x, paddings, constantValue),
  Reshape: ({ x }, { shape }) => reshaped(x, shape),
  Slice: ({ x }, { begin, size }) => sliced(x, begin, size),
  SplitV: ({ x }, { numOrSizeSplits, axis }) => split.evaluate([x], { axis, sizes: numOrSizeSplits }),
  Tile: ({ x }, { reps }) => repeated(x, reps),
  Transpose: ({ x }, { perm }) => only(transpose.evaluate([x], { permutation: perm })),

  AvgPool: ({ x }, attributes) => meansOfWindows(x, attributes),
  BatchMatMul: ({ a, b }, { transposeA, transposeB }) =>
    only(matmul.evaluate([turned(a, transposeA), turned(b, transposeB)], {})),
  Conv2D: ({ x, filter }, attributes) => convolve(x, filter, attributes),
  Conv2DBackpropFilter: gradient,
  // This is also the transposed convolution.
  Conv2DBackpropInput: ({ dy, filter }, attributes) => convolveBack(dy, filter, attributes),
  DepthwiseConv2dNative: ({ x, filter }, attributes) => convolveByChannel(x, filter, attributes),
  DepthwiseConv2dNativeBackpropFilter: gradient,
  DepthwiseConv2dNativeBackpropInput: gradient,
  FusedBatchNorm: ({ x, scale, offset, mean, variance }, { varianceEpsilon }) => {
    const factor = scale.data.map((value, c) => value / Math.sqrt((variance.data[c] as number) + varianceEpsilon));
    const channels = factor.length;
    const data = x.data.map((value, i) => {
      const c = i % channels;
      return (value - (mean.data[c] as number)) * (factor[c] as number) + (offset.data[c] as number);
    });
    return { shape: x.shape, data };
  },
  MaxPool: ({ x }, attributes) => largestInWindows(x, attributes),
  MaxPoolGrad: gradient,
};
