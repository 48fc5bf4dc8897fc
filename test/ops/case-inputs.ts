// The parts of the cases of the truth table.
import type { Attributes } from "../../src/ir/graph.js";
import type { DType, Shape } from "../../src/ir/shape.js";
import { evaluatePool, type PoolAttributes } from "../../src/ops/pooling.js";
import type { OpName } from "../../src/ops/registry.js";
import { N } from "./network.js";

/** One application of one op: the truth table runs it in the reference and, at several opsets, in ONNX Runtime. */
export interface OpCase {
  /** The size of the largest partial sums of this row, if larger than the op's (`termSizes`). */
  readonly termSize?: number;
  readonly op: OpName;
  readonly title: string;
  readonly inputs: readonly { readonly shape: Shape; readonly dtype?: DType; readonly values?: readonly number[] }[];
  readonly attributes?: Attributes;
  /** Range of the random inputs; standard normal by default. */
  readonly between?: readonly [number, number];
}

export const map = { shape: [N, 4, 7, 6] } as const;

export const vector = { shape: [N, 5] } as const;

export const bools = { shape: [N, 5], dtype: "bool" } as const;

export const conv = (given: Attributes): Attributes => ({
  channels: 6,
  kernel: [3, 3],
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
  bias: false,
  ...given,
});

export const transposed = (given: Attributes): Attributes =>
  conv({ padding: [0, 0, 0, 0], output_padding: [0, 0], ...given });

export const pool = (given: Attributes): Attributes => ({
  kernel: [3, 3],
  stride: [2, 2],
  padding: [1, 1, 1, 1],
  ...given,
});

export const unary = (op: OpName, more: Partial<OpCase> = {}): OpCase => ({ op, title: "map", inputs: [map], ...more });

/** Every combination of shapes for which broadcasting has a rule. */
export const binary = (op: OpName, more: Partial<OpCase> = {}): readonly OpCase[] =>
  [
    { title: "same", inputs: [vector, vector] },
    { title: "scalar", inputs: [{ shape: [] }, vector] },
    { title: "scalar and single cells", inputs: [{ shape: [N, 5, 1, 1] }, { shape: [] }] },
    { title: "both sides repeated", inputs: [{ shape: [N, 1, 3] }, { shape: [4, 1] }] },
    { title: "multiples of the batch", inputs: [{ shape: [{ batch: 2 }, 3] }, { shape: [{ batch: 2 }, 1] }] },
  ].map((row) => ({ op, ...row, ...more }));

export const edges = [-100, -20, -6, -3, -1e-9, 0, 1e-9, 3, 6, 20, 100, 0.5, -0.5, 2.5];

export const edgeValues = (op: OpName): OpCase => ({
  op,
  title: "edges",
  inputs: [{ shape: [edges.length], values: edges }],
});

export const certain = [50, -50, 0, -50, -50, 50, 0, 0, 0, 3, 3, -3, 50, 50, -50];

/**
 * The size of the terms that an op adds up: if they cancel, their rounding errors remain. ONNX Runtime's sigmoid is a rational function
 * with an absolute error of about 2e-8. All other ops are compared relative to their own result.
 */
export const termSizes: Partial<Readonly<Record<OpName, number>>> = {
  conv2d: 1,
  linear: 1,
  matmul: 1,
  batch_norm: 1,
  conv2d_transpose: 1,
  layer_norm: 1,
  group_norm: 1,
  instance_norm: 1,
  erf: 1,
  gelu: 1,
  elu: 1,
  selu: 1,
  resize: 1,
  avg_pool: 1,
  global_avg_pool: 1,
  adaptive_avg_pool: 1,
  reduce_sum: 4,
  reduce_mean: 1,
  add: 1,
  sub: 1,
  sigmoid: 0.02,
  silu: 0.2,
  hard_sigmoid: 1,
  hard_swish: 1,
  conv2d_input_gradient: 8,
  conv2d_weight_gradient: 4,
  avg_pool_input_gradient: 1,
  max_pool_input_gradient: 2,
  batch_norm_training: 2,
  batch_norm_gradient: 8,
  log_not_softmax_gradient: 2,
};

/** Both gradients of a convolution of a map [2, 4, 7, 6]. */
export const convGradients = (
  title: string,
  given: Attributes,
  result: readonly number[],
  perGroup = 4,
): readonly OpCase[] => {
  const {
    channels,
    bias: _,
    kernel,
    ...geometry
  } = conv(given) as {
    readonly channels: number;
    readonly bias: boolean;
    readonly kernel: readonly number[];
  };
  const gradient = { shape: [channels, ...result] };
  return [
    {
      op: "conv2d_input_gradient",
      title,
      inputs: [{ shape: [channels, perGroup, ...kernel] }, { shape: [N, ...gradient.shape] }],
      attributes: { ...geometry, size: [7, 6] },
    },
    {
      op: "conv2d_weight_gradient",
      title,
      inputs: [{ shape: [2, 4, 7, 6] }, { shape: [2, ...gradient.shape] }],
      attributes: { ...geometry, kernel },
    },
  ];
};

/** Both gradients of a depthwise convolution with too many cells for a matrix of all pairs. */
export const largeDepthwise = (
  title: string,
  given: Attributes,
  filters: number,
  result: readonly number[],
): readonly OpCase[] => {
  const {
    channels: _,
    bias: __,
    kernel,
    ...geometry
  } = conv({ ...given, groups: 3 }) as {
    readonly channels: number;
    readonly bias: boolean;
    readonly kernel: readonly number[];
  };
  const gradient = { shape: [2, 3 * filters, ...result] };
  return [
    {
      op: "conv2d_input_gradient",
      title,
      inputs: [{ shape: [3 * filters, 1, ...kernel] }, gradient],
      attributes: { ...geometry, size: [12, 11] },
    },
    {
      op: "conv2d_weight_gradient",
      title,
      inputs: [{ shape: [2, 3, 12, 11] }, gradient],
      attributes: { ...geometry, kernel },
      // Sums of many terms, as large as those over small maps.
      between: [-0.5, 0.5],
    },
  ];
};

/** A pool's gradient on a map with many ties. */
export const pooledGradient = (title: string, shape: readonly number[], a: PoolAttributes): OpCase => {
  const data = Float64Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => (i * i) % 7);
  const maxima = evaluatePool({ shape, data }, a, Number.NEGATIVE_INFINITY, Math.max, (largest) => largest);
  return {
    op: "max_pool_input_gradient",
    title,
    inputs: [{ shape, values: [...data] }, { shape: maxima.shape, values: [...maxima.data] }, { shape: maxima.shape }],
    attributes: a,
  };
};

/** A map with ties in every window, and the result of max_pool: first maxima must be distinguished from later ones. */
export const tied = Array.from({ length: 2 * 5 * 5 }, (_, i) => [0, 1, 1, 0, 2, 1, 0][i % 7] as number);

export const tiedMaxima = (): readonly number[] => {
  const maxima: number[] = [];
  for (let map = 0; map < 2; map++) {
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        let largest = Number.NEGATIVE_INFINITY;
        for (let row = 2 * i - 1; row <= 2 * i + 1; row++) {
          for (let column = 2 * j - 1; column <= 2 * j + 1; column++) {
            const isInside = row >= 0 && row < 5 && column >= 0 && column < 5;
            if (isInside) largest = Math.max(largest, tied[map * 25 + row * 5 + column] as number);
          }
        }
        maxima.push(largest);
      }
    }
  }
  return maxima;
};
