/*
 * Ops of libtensorflow for which TensorFlow.js has no kernel, or only a slower one: only tfjs-node runs them. GraphModels and the
 * `tf.*` functions lack them, so each also has a form composed of kernels, with the same results on every backend.
 */
import { invariant } from "../../diagnostics/invariant.js";
import type { NativeAttribute, TfjsCalls } from "./builder.js";
import type { CalledOp, NativeOp, Register } from "./kernel-signatures.js";
import { kernelsOf, mapAxes } from "./kernels.js";

type NativeAttributes = Readonly<Record<string, NativeAttribute>>;

export interface NativeForm {
  /** The number of results of the op. */
  readonly results: number;
  /** The indices of the results that lowerings use; `composed` returns these, in this order. */
  readonly used: readonly number[];
  readonly composed: (
    tfjs: TfjsCalls,
    inputs: readonly Register[],
    attributes: NativeAttributes,
  ) => readonly Register[];
  /** The same on a GPU, if it needs another call. */
  readonly onGpu?: (
    tfjs: GpuCalls,
    inputs: readonly Register[],
    attributes: NativeAttributes,
    count: number,
  ) => readonly Register[];
}

/** The builder for GPU forms. */
export interface GpuCalls extends TfjsCalls {
  /** An op of libtensorflow with all its results. */
  called(
    name: CalledOp,
    inputs: readonly Register[],
    attributes: NativeAttributes,
    results: number,
  ): readonly Register[];
}

function floatOf(attributes: NativeAttributes, name: string): number {
  const value = attributes[name];
  return typeof value === "object" && "float" in value ? value.float : Number.NaN;
}

/** 1 / sqrt(variance + epsilon). */
function inverseDeviation(tfjs: TfjsCalls, variance: Register, attributes: NativeAttributes): Register {
  const k = kernelsOf(tfjs);
  const spread = tfjs.kernel("Sqrt", { x: k.add(variance, k.number(floatOf(attributes, "epsilon"))) });
  return k.div(k.number(1), spread);
}

/** Element `at` of the pairs in the last of three axes. */
const ofPairs = (at: 0 | 1): NativeForm => ({
  results: 1,
  used: [0],
  composed: (tfjs, [pairs]) => [kernelsOf(tfjs).cut(pairs as Register, 3, 2, [at, at + 1])],
});

export const nativeOps: Readonly<Record<NativeOp, NativeForm>> = {
  // interleaved-halves.ts: what is a complex number here is elsewhere a pair of numbers in an axis behind. The result is a tensor of its
  // own, though with the same numbers: a printed step disposes of the operand as soon as it is not needed.
  Bitcast: { results: 1, used: [0], composed: (tfjs, [pairs]) => [tfjs.kernel("Identity", { x: pairs as Register })] },
  Complex: {
    results: 1,
    used: [0],
    composed: (tfjs, halves) => {
      const side = kernelsOf(tfjs).concat(halves, 1);
      return [tfjs.kernel("Transpose", { x: side }, { perm: [0, 2, 1] })];
    },
  },
  Imag: ofPairs(1),
  Real: ofPairs(0),
  // Result 1 is also the mean; 2 is the variance by n - 1. The gradient needs results 3 and 4: on a CPU the mean and the variance by n.
  FusedBatchNormV3: {
    results: 6,
    used: [0, 3, 4],
    composed: (tfjs, inputs, attributes) => {
      const [x, scale, offset] = inputs as readonly [Register, Register, Register];
      const k = kernelsOf(tfjs);
      const over = { axis: mapAxes, keepDims: false };
      const mean = tfjs.kernel("Mean", { x }, over);
      const centred = k.sub(x, mean);
      const variance = tfjs.kernel("Mean", { x: tfjs.kernel("Square", { x: centred }) }, over);
      const factor = k.mul(scale, inverseDeviation(tfjs, variance, attributes));
      return [k.add(k.mul(centred, factor), offset), mean, variance];
    },
    // With cuDNN, result 4 is 1 / sqrt(variance + epsilon) ("inverted variance" in TensorFlow's documentation). Result 2 is the
    // variance by n - 1 there too.
    onGpu: (tfjs, inputs, attributes, count) => {
      invariant(count > 1, "a variance of how many numbers?");
      const [y, mean, unbiased] = tfjs.called("FusedBatchNormV3", inputs, attributes, 6);
      const biased = kernelsOf(tfjs).mul(unbiased as Register, tfjs.number((count - 1) / count));
      return [y as Register, mean as Register, biased];
    },
  },
  // The results: gradients of map, scale and offset.
  FusedBatchNormGradV3: {
    results: 5,
    used: [0, 1, 2],
    composed: (tfjs, inputs, attributes) => {
      const [slope, x, scale, mean, variance] = inputs as readonly [Register, Register, Register, Register, Register];
      const k = kernelsOf(tfjs);
      const over = { axis: mapAxes, keepDims: false };
      const inverse = inverseDeviation(tfjs, variance, attributes);
      const normalised = k.mul(k.sub(x, mean), inverse);
      const products = k.mul(slope, normalised);
      const along = k.mul(normalised, tfjs.kernel("Mean", { x: products }, over));
      const rest = k.sub(k.sub(slope, tfjs.kernel("Mean", { x: slope }, over)), along);
      const forScale = tfjs.kernel("Sum", { x: products }, over);
      return [k.mul(rest, k.mul(scale, inverse)), forScale, tfjs.kernel("Sum", { x: slope }, over)];
    },
    // On a GPU it takes result 4 in place of the variance. V3 also needs the reserve space of the forward call, V2 does not.
    onGpu: (tfjs, inputs, attributes) => {
      const [slope, x, scale, mean, variance] = inputs as readonly [Register, Register, Register, Register, Register];
      const inverse = inverseDeviation(tfjs, variance, attributes);
      return tfjs.called("FusedBatchNormGradV2", [slope, x, scale, mean, inverse], attributes, 5).slice(0, 3);
    },
  },
  ReluGrad: {
    results: 1,
    used: [0],
    composed: (tfjs, inputs) => {
      const [slope, x] = inputs as readonly [Register, Register];
      const k = kernelsOf(tfjs);
      return [k.mul(slope, k.factor(tfjs.kernel("Greater", { a: x, b: k.number(0) })))];
    },
  },
  Relu6Grad: {
    results: 1,
    used: [0],
    composed: (tfjs, inputs) => {
      const [slope, x] = inputs as readonly [Register, Register];
      const k = kernelsOf(tfjs);
      const above = tfjs.kernel("Greater", { a: x, b: k.number(0) });
      const below = tfjs.kernel("Less", { a: x, b: k.number(6) });
      return [k.mul(slope, k.factor(tfjs.kernel("LogicalAnd", { a: above, b: below })))];
    },
  },
};
