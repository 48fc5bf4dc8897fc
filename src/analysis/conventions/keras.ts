import { type Convention, counted, rulesOf, zero } from "../convention.js";

const notRegistered = zero("no statistics registered in flops_registry.py");
const moves = zero("moves data, computes nothing: no statistics in flops_registry.py");

/** What TensorFlow 2.21 counts. */
export const keras: Convention<"flops"> = {
  name: "keras",
  tool: "TensorFlow 2.21 profiler on the frozen inference graph of Keras 3.15 layers, as keras-flops calls it",
  unit: "flops: two per multiply-accumulate, other ops by elements.",
  held: "by runs",
  readings: [
    "The network is built of Keras layers; batch norm is not fused, as in Keras 3.",
    "A dilated convolution is counted on its own output: TensorFlow's CPU form runs it on a padded map and counts more.",
    "A grouped convolution is counted as one Conv2D; Keras 3 hides it in a compiled call that the profiler does not see.",
    "padding of strided windows is its own op in Keras and costs nothing.",
  ],
  ...rulesOf(
    {
      convolution: counted({ flops: "2 * O * K + b * O" }, "Conv2D and DepthwiseConv2dNative (core), BiasAdd"),
      product: counted({ flops: "2 * O * K + b * O" }, "flops_registry.py _calc_mat_mul_flops, BiasAdd"),
      norm: counted(
        { flops: "2 * I + 6 * C" },
        "unfused: AddV2 and Rsqrt (2) on C, three Mul and Sub on C, Mul and AddV2 on I",
      ),
      activation: notRegistered,
      softmax: notRegistered,
      function: notRegistered,
      passing: zero("not in the inference graph"),
      pooling: counted({ flops: "k * O" }, "flops_registry.py _pool_flops"),
      reduction: notRegistered,
      resizing: counted(
        { flops: "(1 - L) * 2" },
        "UpSampling2D by nearest cells repeats rows and columns, with a Mul for the size of each; ResizeBilinear has no statistics",
      ),
      arithmetic: counted({ flops: "O" }, "flops_registry.py _binary_per_element_op_flops"),
      comparison: counted({ flops: "O" }, "flops_registry.py _binary_per_element_op_flops"),
      logic: notRegistered,
      joining: moves,
      movement: moves,
    },
    {
      conv2d_transpose: counted(
        { flops: "2 * I * K + b * O" },
        "flops_registry.py _conv_2d_backprop_input_flops, where the result is stride times the input; BiasAdd",
      ),
      matmul: counted({ flops: "2 * O * K" }, "flops_registry.py _calc_mat_mul_flops"),
      layer_norm: counted(
        { flops: "9 * I + 4 * G" },
        "written out: Mean (1), SquaredDifference (2), Mean (1), three Mul, AddV2 twice on I; AddV2, Rsqrt (2) and Neg on the runs",
      ),
      group_norm: counted(
        { flops: "6 * I + 3 * C" },
        "written out: Mean (1), SquaredDifference (2), Mean (1), Mul and AddV2 on I; two Mul and AddV2 on C; four for each group left out",
      ),
      local_response_norm: notRegistered,
      instance_norm: counted(
        { flops: "6 * I + (5 + 2 * b) * C" },
        "GroupNormalization of as many groups as channels, written out: Mean (1), SquaredDifference (2), Mean (1), Mul and AddV2 on I; AddV2, Rsqrt (2), Neg and Mul on C, with weights Mul and AddV2",
      ),
      mish: counted({ flops: "O" }, "Softplus and Tanh have no statistics; Mul"),
      celu: counted(
        { flops: "5 * O" },
        "keras.activations.celu: Maximum, RealDiv, Minimum, Mul, AddV2; Expm1 has no statistics",
      ),
      silu: counted({ flops: "2 * O" }, "tf.nn.silu: Mul by beta, Sigmoid without statistics, Mul"),
      hard_sigmoid: counted({ flops: "2 * O" }, "AddV2, Relu6 without statistics, RealDiv"),
      hard_swish: counted({ flops: "3 * O" }, "AddV2, Relu6 without statistics, RealDiv, Mul"),
      prelu: counted(
        { flops: "3 * O + P" },
        "Keras PReLU: relu(x) + -alpha * relu(-x): Neg, Mul, AddV2, and Neg of alpha (Relu has no statistics)",
      ),
      gelu: counted({ flops: "4 * O" }, "tf.nn.gelu, exact: Mul, RealDiv or Mul, AddV2, Mul; Erf has no statistics"),
      softmax: counted({ flops: "5 * I" }, "flops_registry.py _softmax_flops"),
      log: counted({ flops: "I" }, "flops_registry.py _log_flops"),
      square: counted({ flops: "I" }, "flops_registry.py _square_flops"),
      neg: counted({ flops: "I" }, "flops_registry.py _neg_flops"),
      clip: counted({ flops: "2 * O" }, "tf.clip_by_value: Minimum and Maximum"),
      identity: moves,
      global_avg_pool: counted({ flops: "I" }, "flops_registry.py _mean_flops: additions and a division"),
      adaptive_avg_pool: counted(
        { flops: "I" },
        "no such layer; read as the means of bins that fit: flops_registry.py _mean_flops",
      ),
      adaptive_max_pool: notRegistered,
      reduce_mean: counted({ flops: "I" }, "flops_registry.py _mean_flops: additions and a division"),
      reduce_sum: counted({ flops: "I - O" }, "flops_registry.py _sum_flops"),
    },
  ),
};
