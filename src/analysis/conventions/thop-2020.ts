import { type Convention, counted, rulesOf, zero } from "../convention.js";

const zeroOps = zero("registered with zero_ops in profile.py");
const noHook = zero("a module without a hook in profile.py's register_hooks");
const noModule = zero("a function or an operator: thop's hooks see modules only");

/** What thop at commit 05fe619 counts. */
export const thop2020: Convention<"macs"> = {
  name: "thop-2020",
  tool: "thop at commit 05fe619 (June 2020), which papers of that time quote",
  unit: "macs: multiply-accumulates of convolutions (with bias) and linear layers; of other layers, elementary operations added to the same sum.",
  held: "by runs",
  readings: [
    "Every layer is a module, none reused.",
    "global_avg_pool is read as AdaptiveAvgPool2d, reduce_mean as x.mean.",
  ],
  ...rulesOf(
    {
      convolution: counted(
        { macs: "O * (K + b)" },
        "vision/basic_hooks.py count_convNd: kernel products plus one for a bias",
      ),
      product: counted({ macs: "O * K" }, "vision/basic_hooks.py count_linear; bias ignored"),
      norm: noHook,
      activation: noHook,
      softmax: noHook,
      function: noModule,
      passing: noHook,
      pooling: zeroOps,
      reduction: noModule,
      resizing: counted({ macs: "L * 11 * O" }, "vision/basic_hooks.py count_upsample; nearest 0"),
      arithmetic: noModule,
      comparison: noModule,
      logic: noModule,
      joining: noModule,
      movement: noModule,
    },
    {
      conv2d_transpose: counted(
        { macs: "M * C * K + b * O" },
        "vision/basic_hooks.py count_convNd: every position of the result, and the bias",
      ),
      matmul: noModule,
      batch_norm: counted({ macs: "2 * I" }, "vision/basic_hooks.py count_bn: subtract and divide, evaluation mode"),
      relu: zeroOps,
      relu6: zeroOps,
      leaky_relu: counted({ macs: "I" }, "vision/basic_hooks.py count_relu"),
      log_not_softmax: noModule,
      dropout: zeroOps,
      avg_pool: counted({ macs: "O" }, "vision/basic_hooks.py count_avgpool"),
      global_avg_pool: counted(
        { macs: "(A + 1) * O" },
        "vision/basic_hooks.py count_adap_avgpool: A additions and a division",
      ),
      adaptive_avg_pool: counted(
        { macs: "I + O" },
        "vision/basic_hooks.py count_adap_avgpool: (A + 1) * O, additions and a division, where bins fit; else A is rounded down",
      ),
      flatten: noHook,
      pad: noHook,
      reflection_pad: noHook,
      replication_pad: noHook,
    },
  ),
};
