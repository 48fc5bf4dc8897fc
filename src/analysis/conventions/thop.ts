import { type Convention, counted, rulesOf, zero } from "../convention.js";

const zeroOps = zero("registered with zero_ops in profile.py");
const noHook = zero("a module without a hook in profile.py's register_hooks");
const noModule = zero("a function or an operator: thop's hooks see modules only");

/** What thop 0.1.1 counts. */
export const thop: Convention<"macs"> = {
  name: "thop",
  tool: "thop 0.1.1 (2022)",
  unit: "macs: multiply-accumulates of convolutions and linear layers; of other layers, elementary operations added to the same sum.",
  held: "by runs",
  readings: [
    "Every layer is a module, none reused. thop sees no functions or operators, so the same network written with F.relu or x.mean may give less.",
    "global_avg_pool is read as AdaptiveAvgPool2d, reduce_mean as x.mean.",
  ],
  ...rulesOf(
    {
      convolution: counted(
        { macs: "O * K" },
        "vision/basic_hooks.py count_convNd, calc_func.py calculate_conv2d_flops; bias ignored",
      ),
      product: counted({ macs: "O * K" }, "vision/basic_hooks.py count_linear; bias ignored"),
      norm: counted({ macs: "4 * I" }, "vision/basic_hooks.py count_normalization: 2 * I, doubled when affine"),
      activation: noHook,
      softmax: counted(
        { macs: "R * (3 * n - 1)" },
        "calc_func.py calculate_softmax: n exponentials, n - 1 additions, n divisions",
      ),
      function: noModule,
      passing: noHook,
      pooling: zeroOps,
      reduction: noModule,
      resizing: counted(
        { macs: "L * 11 * O + (1 - L) * O" },
        "vision/basic_hooks.py count_upsample, calc_func.py calculate_upsample",
      ),
      arithmetic: noModule,
      comparison: noModule,
      logic: noModule,
      joining: noModule,
      movement: noModule,
    },
    {
      conv2d_transpose: counted(
        { macs: "M * C * K" },
        "vision/basic_hooks.py count_convNd: every position of the result; bias ignored",
      ),
      matmul: noModule,
      group_norm: noHook,
      local_response_norm: noHook,
      instance_norm: counted(
        { macs: "(1 + b) * 2 * I" },
        "vision/basic_hooks.py count_normalization: 2 * I, doubled when affine",
      ),
      relu: zeroOps,
      relu6: zeroOps,
      leaky_relu: zero("vision/basic_hooks.py count_relu, calc_func.py calculate_relu_flops: returns 0"),
      prelu: counted({ macs: "I" }, "vision/basic_hooks.py count_prelu"),
      log_softmax: noHook,
      log_not_softmax: noModule,
      dropout: zeroOps,
      avg_pool: counted({ macs: "O" }, "calc_func.py calculate_avgpool"),
      global_avg_pool: counted(
        { macs: "(A + 1) * O" },
        "calc_func.py calculate_adaptive_avg: A additions and a division",
      ),
      adaptive_avg_pool: counted(
        { macs: "I + O" },
        "calc_func.py calculate_adaptive_avg: (A + 1) * O, additions and a division",
      ),
      flatten: noHook,
      pad: zeroOps,
      reflection_pad: noHook,
      replication_pad: noHook,
    },
  ),
};
