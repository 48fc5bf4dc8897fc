import type { Attributes } from "../../src/ir/graph.js";
import type { DType, Shape } from "../../src/ir/shape.js";
import { evaluatePool, type PoolAttributes } from "../../src/ops/pooling.js";
import type { OpName } from "../../src/ops/registry.js";
import { N } from "./network.js";

/** One application of one op: the truth table runs it in the reference and, at several opsets, in ONNX Runtime. */
export interface OpCase {
  readonly op: OpName;
  readonly title: string;
  readonly inputs: readonly { readonly shape: Shape; readonly dtype?: DType; readonly values?: readonly number[] }[];
  readonly attributes?: Attributes;
  /** Range of the drawn inputs; standard normal when left out. */
  readonly between?: readonly [number, number];
}

const map = { shape: [N, 4, 7, 6] } as const;
const vector = { shape: [N, 5] } as const;
const bools = { shape: [N, 5], dtype: "bool" } as const;

const conv = (given: Attributes): Attributes => ({
  channels: 6,
  kernel: [3, 3],
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
  bias: false,
  ...given,
});

const transposed = (given: Attributes): Attributes => conv({ padding: [0, 0, 0, 0], output_padding: [0, 0], ...given });

const pool = (given: Attributes): Attributes => ({ kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1], ...given });

const unary = (op: OpName, more: Partial<OpCase> = {}): OpCase => ({ op, title: "map", inputs: [map], ...more });

/** Every pairing of shapes that broadcasting has a rule for. */
const binary = (op: OpName, more: Partial<OpCase> = {}): readonly OpCase[] =>
  [
    { title: "same", inputs: [vector, vector] },
    { title: "scalar", inputs: [{ shape: [] }, vector] },
    { title: "scalar and single cells", inputs: [{ shape: [N, 5, 1, 1] }, { shape: [] }] },
    { title: "both sides repeated", inputs: [{ shape: [N, 1, 3] }, { shape: [4, 1] }] },
    { title: "multiples of the batch", inputs: [{ shape: [{ batch: 2 }, 3] }, { shape: [{ batch: 2 }, 1] }] },
  ].map((row) => ({ op, ...row, ...more }));

const edges = [-100, -20, -6, -3, -1e-9, 0, 1e-9, 3, 6, 20, 100, 0.5, -0.5, 2.5];
const edgeValues = (op: OpName): OpCase => ({
  op,
  title: "edges",
  inputs: [{ shape: [edges.length], values: edges }],
});

const certain = [50, -50, 0, -50, -50, 50, 0, 0, 0, 3, 3, -3, 50, 50, -50];

/**
 * The size of the terms that an op adds up: what cancels keeps their rounding error. ONNX Runtime's sigmoid is a rational
 * function with an absolute error of about 2e-8. All other ops are held to their own result.
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
const convGradients = (
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

/** Both gradients of a depthwise convolution whose cells are too many for all pairs of them. */
const largeDepthwise = (
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
      // Sums of many terms, of the size of those over small maps.
      between: [-0.5, 0.5],
    },
  ];
};

/** A pool's gradient on a map with many ties. */
const pooledGradient = (title: string, shape: readonly number[], a: PoolAttributes): OpCase => {
  const data = Float64Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => (i * i) % 7);
  const maxima = evaluatePool({ shape, data }, a, Number.NEGATIVE_INFINITY, Math.max, (largest) => largest);
  return {
    op: "max_pool_input_gradient",
    title,
    inputs: [{ shape, values: [...data] }, { shape: maxima.shape, values: [...maxima.data] }, { shape: maxima.shape }],
    attributes: a,
  };
};

/** A map with ties in every window, and what max_pool makes of it: first maxima must be told from later ones. */
const tied = Array.from({ length: 2 * 5 * 5 }, (_, i) => [0, 1, 1, 0, 2, 1, 0][i % 7] as number);
const tiedMaxima = (): readonly number[] => {
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

export const cases: readonly OpCase[] = [
  { op: "conv2d", title: "plain", inputs: [map], attributes: conv({}) },
  { op: "conv2d", title: "bias", inputs: [map], attributes: conv({ bias: true }) },
  { op: "conv2d", title: "pointwise", inputs: [map], attributes: conv({ kernel: [1, 1], padding: [0, 0, 0, 0] }) },
  {
    op: "conv2d",
    title: "depthwise, stride 2",
    inputs: [map],
    attributes: conv({ channels: 8, groups: 4, stride: [2, 2] }),
  },
  {
    op: "conv2d",
    title: "everything uneven",
    inputs: [map],
    attributes: conv({
      kernel: [2, 3],
      stride: [2, 1],
      padding: [1, 0, 2, 3],
      dilation: [2, 1],
      groups: 2,
      bias: true,
    }),
  },
  { op: "conv2d", title: "taps outside", inputs: [{ shape: [N, 4, 1, 1] }], attributes: conv({}) },
  {
    op: "conv2d",
    title: "stride over the kernel",
    inputs: [map],
    attributes: conv({ kernel: [1, 1], stride: [3, 4], padding: [0, 0, 0, 0] }),
  },
  {
    op: "conv2d",
    title: "four crops in the batch",
    inputs: [{ shape: [{ batch: 4 }, 4, 5, 5] }],
    attributes: conv({}),
  },
  {
    op: "conv2d_transpose",
    title: "twice the size",
    inputs: [map],
    attributes: transposed({ kernel: [2, 2], stride: [2, 2], bias: true }),
  },
  {
    op: "conv2d_transpose",
    title: "padding and output padding",
    inputs: [map],
    attributes: transposed({ stride: [2, 2], padding: [1, 1, 1, 1], output_padding: [1, 1] }),
  },
  {
    op: "conv2d_transpose",
    title: "everything uneven",
    inputs: [map],
    attributes: transposed({
      kernel: [2, 3],
      stride: [3, 2],
      padding: [1, 0, 0, 2],
      output_padding: [2, 0],
      dilation: [2, 1],
      groups: 2,
      bias: true,
    }),
  },
  {
    op: "conv2d_transpose",
    title: "each channel by itself",
    inputs: [map],
    attributes: transposed({ channels: 4, groups: 4 }),
  },
  { op: "linear", title: "rank 2", inputs: [vector], attributes: { features: 3, bias: true } },
  { op: "linear", title: "rank 2, no bias", inputs: [vector], attributes: { features: 3, bias: false } },
  { op: "linear", title: "rank 3", inputs: [{ shape: [N, 2, 5] }], attributes: { features: 3, bias: true } },
  { op: "linear", title: "rank 4, no bias", inputs: [map], attributes: { features: 3, bias: false } },
  { op: "matmul", title: "rank 2", inputs: [vector, { shape: [5, 3] }] },
  { op: "matmul", title: "batched", inputs: [{ shape: [N, 2, 3, 5] }, { shape: [N, 2, 5, 4] }] },
  { op: "matmul", title: "broadcast", inputs: [{ shape: [N, 1, 3, 5] }, { shape: [2, 5, 4] }] },
  { op: "batch_norm", title: "rank 4", inputs: [map], attributes: { epsilon: 1e-5, momentum: 0.1 } },
  { op: "batch_norm", title: "rank 3", inputs: [{ shape: [N, 4, 3] }], attributes: { epsilon: 1e-2, momentum: 0.1 } },
  { op: "batch_norm", title: "rank 2", inputs: [vector], attributes: { epsilon: 1e-5, momentum: 0.01 } },
  {
    op: "layer_norm",
    title: "tokens",
    inputs: [{ shape: [N, 3, 8] }],
    attributes: { axis: 2, through: 2, epsilon: 1e-5 },
  },
  { op: "layer_norm", title: "channels of a map", inputs: [map], attributes: { axis: 1, through: 1, epsilon: 1e-6 } },
  { op: "layer_norm", title: "whole samples", inputs: [map], attributes: { axis: 1, through: 3, epsilon: 1e-5 } },
  { op: "group_norm", title: "two groups", inputs: [map], attributes: { groups: 2, epsilon: 1e-5 } },
  { op: "group_norm", title: "instances", inputs: [map], attributes: { groups: 4, epsilon: 1e-3 } },
  { op: "group_norm", title: "rank 2", inputs: [{ shape: [N, 6] }], attributes: { groups: 2, epsilon: 1e-5 } },
  unary("instance_norm", { attributes: { affine: false, epsilon: 1e-5 } }),
  unary("instance_norm", { title: "affine", attributes: { affine: true, epsilon: 1e-3 } }),
  unary("relu"),
  unary("relu6", { between: [-3, 9] }),
  unary("mish"),
  edgeValues("mish"),
  unary("silu"),
  edgeValues("silu"),
  unary("sigmoid"),
  edgeValues("sigmoid"),
  unary("tanh"),
  edgeValues("tanh"),
  unary("softplus"),
  edgeValues("softplus"),
  unary("hard_sigmoid", { between: [-5, 5] }),
  unary("hard_swish", { between: [-5, 5] }),
  unary("exp"),
  unary("log", { between: [0.01, 10] }),
  unary("sqrt", { between: [0, 10] }),
  unary("neg"),
  unary("abs"),
  unary("square"),
  unary("clip", { attributes: { min: -0.5, max: 0.25 } }),
  unary("clip", { title: "only below", attributes: { min: 0.1, max: Number.POSITIVE_INFINITY } }),
  unary("clip", { title: "only above", attributes: { min: Number.NEGATIVE_INFINITY, max: 0.1 } }),
  unary("leaky_relu", { attributes: { slope: 0.2 } }),
  { op: "prelu", title: "one slope", inputs: [map], attributes: { per_channel: false } },
  { op: "prelu", title: "a slope for each channel", inputs: [map], attributes: { per_channel: true } },
  { op: "prelu", title: "rank 2", inputs: [vector], attributes: { per_channel: true } },
  unary("elu", { attributes: { alpha: 0.7 } }),
  unary("selu"),
  unary("gelu", { attributes: { approximate: false } }),
  unary("gelu", { title: "approximate", attributes: { approximate: true } }),
  unary("erf"),
  unary("identity"),
  unary("dropout", { attributes: { p: 0.5 } }),
  unary("drop_path", { attributes: { p: 1 } }),
  unary("max_pool", { attributes: pool({}) }),
  unary("max_pool", { title: "uneven", attributes: pool({ kernel: [2, 3], stride: [1, 3], padding: [0, 1, 1, 2] }) }),
  unary("max_pool", { title: "all negative", between: [-9, -1], attributes: pool({}) }),
  unary("avg_pool", { attributes: pool({ count_include_pad: true, overhang: [0, 0] }) }),
  unary("avg_pool", { title: "padding left out", attributes: pool({ count_include_pad: false, overhang: [0, 0] }) }),
  unary("avg_pool", {
    title: "uneven",
    attributes: pool({
      kernel: [2, 3],
      stride: [1, 3],
      padding: [0, 1, 1, 2],
      count_include_pad: false,
      overhang: [0, 0],
    }),
  }),
  ...[true, false].map((count_include_pad) =>
    unary("avg_pool", {
      title: `hanging over, padding ${count_include_pad ? "counted" : "left out"}`,
      attributes: pool({ padding: [1, 1, 2, 1], count_include_pad, overhang: [1, 0], kernel: [3, 2] }),
    }),
  ),
  unary("avg_pool", {
    title: "hanging over without padding",
    attributes: pool({ padding: [0, 0, 1, 0], count_include_pad: true, overhang: [1, 0], kernel: [2, 2] }),
  }),
  unary("global_avg_pool"),
  unary("adaptive_avg_pool", { title: "bins that fit", attributes: { size: [1, 3] } }),
  unary("adaptive_avg_pool", { title: "bins that overlap", attributes: { size: [3, 4] } }),
  unary("adaptive_avg_pool", { title: "more bins than cells", attributes: { size: [9, 6] } }),
  unary("adaptive_avg_pool", { title: "as many bins as cells", attributes: { size: [7, 6] } }),
  unary("adaptive_max_pool", { title: "bins that fit", attributes: { size: [1, 3] } }),
  unary("adaptive_max_pool", { title: "bins that overlap", attributes: { size: [3, 4] } }),
  unary("adaptive_max_pool", { title: "as many bins as cells", attributes: { size: [7, 6] } }),
  unary("flatten", { attributes: { axis: 1 } }),
  unary("flatten", { title: "from axis 0", attributes: { axis: 0 } }),
  unary("flatten", { title: "from axis 2", attributes: { axis: 2 } }),
  unary("reshape", { attributes: { shape: [-1, 2, 2, 42] } }),
  unary("reshape", { title: "into the batch", attributes: { shape: [-4, 42] } }),
  unary("reshape", { title: "without a batch", inputs: [{ shape: [6, 4] }], attributes: { shape: [3, 8] } }),
  unary("transpose", { attributes: { permutation: [0, 2, 3, 1] } }),
  unary("transpose", { title: "batch moved", attributes: { permutation: [1, 0, 3, 2] } }),
  { op: "concat", title: "channels", inputs: [map, { shape: [N, 1, 7, 6] }, map], attributes: { axis: 1 } },
  { op: "concat", title: "batches", inputs: [map, { shape: [{ batch: 2 }, 4, 7, 6] }], attributes: { axis: 0 } },
  { op: "concat", title: "one tensor, last axis", inputs: [map], attributes: { axis: 3 } },
  unary("split", { attributes: { axis: 1, sizes: [1, 3] } }),
  unary("split", { title: "one part", attributes: { axis: 2, sizes: [7] } }),
  unary("split", { title: "batch", inputs: [{ shape: [{ batch: 4 }, 3] }], attributes: { axis: 0, sizes: [-2, -2] } }),
  unary("slice", { attributes: { axis: 2, from: 1, to: 5 } }),
  unary("slice", { title: "last axis", attributes: { axis: 3, from: 0, to: 1 } }),
  ...(["nearest", "bilinear"] as const).flatMap((mode) =>
    [false, true].flatMap((align_corners) =>
      (
        [
          ["twice the size", [14, 12]],
          ["smaller and larger", [5, 9]],
          ["one row", [1, 6]],
        ] as const
      ).map(([title, size]) =>
        unary("resize", {
          title: `${mode}, ${title}${align_corners ? ", corners aligned" : ""}`,
          attributes: { size, mode, align_corners },
        }),
      ),
    ),
  ),
  unary("pad", { attributes: { padding: [1, 0, 2, 3], value: 0 } }),
  unary("pad", { title: "with a value", attributes: { padding: [0, 1, 0, 1], value: -1.5 } }),
  ...(["reflection_pad", "replication_pad"] as const).map((op) =>
    unary(op, { title: "uneven", attributes: { padding: [1, 0, 5, 3] } }),
  ),
  unary("replication_pad", { title: "more than there is", attributes: { padding: [9, 0, 0, 7] } }),
  unary("local_response_norm", { attributes: { size: 3, alpha: 0.5, beta: 0.75, k: 1 } }),
  unary("local_response_norm", { title: "even", attributes: { size: 2, alpha: 0.5, beta: 0.75, k: 2 } }),
  unary("local_response_norm", { title: "more than there are", attributes: { size: 9, alpha: 0.1, beta: 0.5, k: 1 } }),
  unary("channel_shuffle", { inputs: [{ shape: [N, 6, 3, 2] }], attributes: { groups: 2 } }),
  unary("channel_shuffle", { title: "rank 2", inputs: [{ shape: [N, 6] }], attributes: { groups: 3 } }),
  unary("softmax", { attributes: { axis: 1 } }),
  unary("softmax", { title: "last axis", attributes: { axis: 3 } }),
  unary("softmax", { title: "sure", inputs: [{ shape: [5, 3], values: certain }], attributes: { axis: 1 } }),
  unary("log_softmax", { attributes: { axis: 1 } }),
  unary("log_softmax", { title: "sure", inputs: [{ shape: [5, 3], values: certain }], attributes: { axis: 1 } }),
  unary("log_not_softmax", { attributes: { axis: 1 } }),
  unary("log_not_softmax", { title: "last axis", attributes: { axis: 3 } }),
  unary("log_not_softmax", { title: "sure", inputs: [{ shape: [5, 3], values: certain }], attributes: { axis: 1 } }),
  unary("log_not_softmax", {
    title: "two classes",
    inputs: [{ shape: [3, 2], values: [60, -60, -3, 4, 1, 1] }],
    attributes: { axis: 1 },
  }),
  ...binary("add"),
  ...binary("sub"),
  ...binary("mul"),
  ...binary("div", { between: [0.5, 3] }),
  ...binary("pow", { between: [0.5, 3] }),
  ...binary("maximum"),
  ...binary("minimum"),
  ...binary("greater"),
  ...binary("less"),
  ...binary("equal"),
  ...(["greater_equal", "less_equal", "not_equal"] as const).flatMap((op) => [
    ...binary(op),
    {
      op,
      title: "some equal",
      inputs: [
        { shape: [4], values: [1, 2, 3, 4] },
        { shape: [4], values: [1, 3, 3, -4] },
      ],
    },
  ]),
  {
    op: "equal",
    title: "some equal",
    inputs: [
      { shape: [4], values: [1, 2, 3, 4] },
      { shape: [4], values: [1, 0, 3, -4] },
    ],
  },
  ...(["reduce_sum", "reduce_mean", "reduce_max", "reduce_min"] as const).flatMap((op) => [
    unary(op, { attributes: { axes: [2, 3], keep: false } }),
    unary(op, { title: "kept", attributes: { axes: [1], keep: true } }),
    unary(op, { title: "all", attributes: { axes: [0, 1, 2, 3], keep: false } }),
    unary(op, { title: "of a number", inputs: [{ shape: [] }], attributes: { axes: [], keep: false } }),
  ]),
  ...(["logical_and", "logical_or"] as const).flatMap((op): readonly OpCase[] => [
    { op, title: "same", inputs: [bools, bools] },
    { op, title: "broadcast", inputs: [bools, { shape: [3, 1, 1], dtype: "bool" }] },
  ]),
  { op: "logical_not", title: "vector", inputs: [bools] },
  { op: "where", title: "same", inputs: [bools, vector, vector] },
  { op: "where", title: "broadcast", inputs: [bools, { shape: [] }, { shape: [3, 1, 1] }] },
  { op: "constant", title: "number", inputs: [], attributes: { shape: [], values: [0.1] } },
  { op: "constant", title: "matrix", inputs: [], attributes: { shape: [2, 3], values: [1, -2, 3.5, 0, -0.25, 1e6] } },
  unary("inside", { attributes: { low: -0.5, high: 0.5, closed: false } }),
  unary("inside", {
    title: "at the bounds, open",
    inputs: [{ shape: [5], values: [-1, 0, 3, 6, 7] }],
    attributes: { low: 0, high: 6, closed: false },
  }),
  unary("inside", {
    title: "at the bounds, closed",
    inputs: [{ shape: [5], values: [-1, 0, 3, 6, 7] }],
    attributes: { low: 0, high: 6, closed: true },
  }),
  unary("inside", { title: "only below", attributes: { low: 0, high: Number.POSITIVE_INFINITY, closed: false } }),
  unary("inside", { title: "only above", attributes: { low: Number.NEGATIVE_INFINITY, high: 0, closed: true } }),
  unary("inside", {
    title: "no bound",
    attributes: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, closed: true },
  }),
  unary("broadcast_to", { title: "a number", inputs: [{ shape: [] }], attributes: { sizes: [2, 3] } }),
  unary("broadcast_to", { title: "axes", inputs: [{ shape: [3, 1, 2] }], attributes: { sizes: [2, 3, 4, 2] } }),
  ...convGradients("plain", {}, [7, 6]),
  ...convGradients("pointwise", { kernel: [1, 1], padding: [0, 0, 0, 0] }, [7, 6]),
  ...convGradients("stride 2", { stride: [2, 2] }, [4, 3]),
  ...convGradients("depthwise, stride 2", { channels: 8, groups: 4, stride: [2, 2] }, [4, 3], 1),
  ...convGradients("depthwise", { channels: 4, groups: 4 }, [7, 6], 1),
  ...convGradients(
    "everything uneven",
    { kernel: [2, 3], stride: [2, 1], padding: [1, 0, 2, 3], dilation: [2, 1], groups: 2 },
    [4, 7],
    2,
  ),
  ...convGradients(
    "dilated, grouped",
    { kernel: [3, 2], padding: [2, 0, 1, 1], dilation: [2, 1], groups: 2 },
    [6, 6],
    2,
  ),
  ...convGradients("depthwise, more filters", { channels: 8, groups: 4 }, [7, 6], 1),
  ...convGradients("padding beyond the kernel", { kernel: [1, 2], padding: [1, 0, 1, 0] }, [9, 5]),
  {
    op: "conv2d_weight_gradient",
    title: "pointwise, deep",
    inputs: [{ shape: [3, 9, 1, 2] }, { shape: [3, 12, 1, 2] }],
    attributes: { kernel: [1, 1], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  },
  ...convGradients("stride over the kernel", { kernel: [1, 1], stride: [3, 4], padding: [0, 0, 0, 0] }, [3, 2]),
  ...convGradients("rows that no window reaches", { kernel: [2, 2], stride: [4, 4], padding: [0, 0, 0, 1] }, [2, 2]),
  ...largeDepthwise("large depthwise", { kernel: [3, 3], padding: [1, 1, 1, 1] }, 1, [12, 11]),
  ...largeDepthwise(
    "large depthwise, two filters a channel, uneven",
    { kernel: [3, 5], stride: [1, 1], padding: [0, 3, 2, 1], dilation: [2, 1] },
    2,
    [10, 11],
  ),
  ...largeDepthwise(
    "large depthwise, stride down",
    { kernel: [2, 3], stride: [2, 1], padding: [1, 0, 1, 2] },
    1,
    [7, 11],
  ),
  ...largeDepthwise("large depthwise, stride", { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] }, 2, [6, 6]),
  ...["of a fixed batch", "of a fixed batch, with bias"].map(
    (title, i): OpCase => ({
      op: "conv2d",
      title: `depthwise ${title}`,
      inputs: [{ shape: [8, 3, 6, 5] }],
      attributes: conv({
        channels: 6,
        groups: 3,
        kernel: [3, 2],
        stride: [2, 1],
        padding: [1, 0, 1, 1],
        bias: i === 1,
      }),
    }),
  ),
  {
    op: "max_pool_input_gradient",
    title: "ties",
    inputs: [
      { shape: [1, 2, 5, 5], values: tied },
      { shape: [1, 2, 3, 3], values: tiedMaxima() },
      { shape: [1, 2, 3, 3] },
    ],
    attributes: pool({}),
  },
  {
    op: "max_pool_input_gradient",
    title: "uneven, all equal",
    inputs: [
      { shape: [1, 1, 5, 6], values: new Array<number>(30).fill(-3) },
      { shape: [1, 1, 5, 3], values: new Array<number>(15).fill(-3) },
      { shape: [1, 1, 5, 3] },
    ],
    attributes: pool({ kernel: [2, 3], stride: [1, 3], padding: [0, 1, 1, 2] }),
  },
  pooledGradient("overlapping, stride 1", [2, 3, 6, 5], { kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1] }),
  pooledGradient("overlapping thrice", [2, 2, 9, 8], { kernel: [5, 5], stride: [2, 2], padding: [2, 1, 2, 0] }),
  pooledGradient("gaps between windows", [2, 2, 8, 9], { kernel: [2, 1], stride: [3, 4], padding: [0, 0, 0, 0] }),
  pooledGradient("gaps and padding", [2, 2, 6, 7], { kernel: [2, 2], stride: [2, 3], padding: [1, 0, 0, 1] }),
  unary("avg_pool_input_gradient", {
    inputs: [{ shape: [N, 4, 4, 3] }],
    attributes: pool({ count_include_pad: true, overhang: [0, 0], size: [7, 6] }),
  }),
  unary("avg_pool_input_gradient", {
    title: "padding left out",
    inputs: [{ shape: [N, 4, 7, 3] }],
    attributes: pool({
      kernel: [2, 3],
      stride: [1, 3],
      padding: [0, 1, 1, 2],
      count_include_pad: false,
      overhang: [0, 0],
      size: [7, 6],
    }),
  }),
  unary("avg_pool_input_gradient", {
    title: "hanging over",
    inputs: [{ shape: [N, 4, 4, 4] }],
    attributes: pool({
      padding: [1, 1, 2, 1],
      count_include_pad: true,
      overhang: [1, 0],
      kernel: [3, 2],
      size: [7, 6],
    }),
  }),
  unary("batch_norm_training", { attributes: { epsilon: 1e-5 } }),
  unary("batch_norm_training", { title: "rank 3", inputs: [{ shape: [N, 4, 3] }], attributes: { epsilon: 1e-2 } }),
  unary("batch_norm_training", { title: "rank 2", inputs: [{ shape: [6, 5] }], attributes: { epsilon: 1e-5 } }),
  ...(
    [
      [2, 4, 7, 6],
      [2, 4, 16, 16],
      [5, 4, 3],
      [6, 4],
    ] as const
  ).map(
    (shape): OpCase => ({
      op: "batch_norm_gradient",
      title: shape.join("x"),
      inputs: [
        { shape },
        { shape: [4] },
        { shape: [4], values: [0.1, -0.2, 0.3, 0] },
        { shape: [4], values: [1, 0.5, 2, 1.25] },
        { shape },
      ],
      attributes: { epsilon: 1e-5 },
    }),
  ),
  // Maps from 256 cells on: dot products instead of sums of products.
  unary("batch_norm_training", {
    title: "large maps",
    inputs: [{ shape: [3, 4, 16, 17] }],
    attributes: { epsilon: 1e-5 },
  }),
  { op: "log_not_softmax_gradient", title: "channels", inputs: [map, map], attributes: { axis: 1 } },
  {
    op: "log_not_softmax_gradient",
    title: "sure",
    inputs: [{ shape: [5, 3], values: certain }, { shape: [5, 3] }],
    attributes: { axis: 1 },
  },
];
