import { type Convention, counted, rulesOf, zero } from "../convention.js";

const notPatched = zero("calls a function that _patch_functionals leaves alone (nn.ReLU6 calls F.hardtanh)");
const unseen = zero("an operator or a tensor method that is not patched");

/** What DeepSpeed 0.19.8 counts. */
export const deepspeed: Convention<"flops" | "macs"> = {
  name: "deepspeed",
  tool: "DeepSpeed 0.19.8, flops profiler",
  unit: "flops: two per multiply-accumulate, other functions by elements; macs: multiply-accumulates of convolutions, linear layers and matrix products.",
  held: "by runs",
  readings: [
    "global_avg_pool is read as AdaptiveAvgPool2d, reduce_mean as x.mean, which it does not see.",
    "Arithmetic is read as operators (a + b), which it does not see; torch.add and torch.mul would count their elements.",
  ],
  ...rulesOf(
    {
      convolution: counted(
        { flops: "2 * O * K + b * O", macs: "O * K" },
        "flops_profiler/profiler.py _conv_flops_compute",
      ),
      product: counted(
        { flops: "2 * O * K", macs: "O * K" },
        "flops_profiler/profiler.py _linear_flops_compute; bias ignored",
      ),
      norm: counted(
        { flops: "2 * I", macs: "0" },
        "flops_profiler/profiler.py _batch_norm_flops_compute, evaluation mode, affine",
      ),
      activation: notPatched,
      softmax: counted({ flops: "I", macs: "0" }, "flops_profiler/profiler.py _softmax_flops_compute"),
      function: unseen,
      passing: notPatched,
      pooling: counted({ flops: "I", macs: "0" }, "flops_profiler/profiler.py _pool_flops_compute"),
      reduction: unseen,
      resizing: counted(
        { flops: "O", macs: "0" },
        "flops_profiler/profiler.py _upsample_flops_compute, read as nn.Upsample of a scale",
      ),
      arithmetic: unseen,
      comparison: unseen,
      logic: unseen,
      joining: unseen,
      movement: unseen,
    },
    {
      conv2d_transpose: counted(
        { flops: "2 * I * K + b * O", macs: "I * K" },
        "flops_profiler/profiler.py _conv_trans_flops_compute",
      ),
      matmul: counted({ flops: "2 * O * K", macs: "O * K" }, "flops_profiler/profiler.py _matmul_flops_compute"),
      layer_norm: counted(
        { flops: "5 * I", macs: "0" },
        "flops_profiler/profiler.py _layer_norm_flops_compute, affine",
      ),
      group_norm: counted(
        { flops: "5 * I", macs: "0" },
        "flops_profiler/profiler.py _group_norm_flops_compute, affine",
      ),
      local_response_norm: counted(
        { flops: "(C + k - 1) * M + 3 * I", macs: "0" },
        "profiler.py: F.local_response_norm calls F.avg_pool3d on the padded channels, Tensor.mul twice, Tensor.add once",
      ),
      instance_norm: counted(
        { flops: "(4 + b) * I", macs: "0" },
        "flops_profiler/profiler.py _instance_norm_flops_compute: 5 with weights",
      ),
      relu: counted({ flops: "I", macs: "0" }, "flops_profiler/profiler.py _relu_flops_compute"),
      silu: counted({ flops: "I", macs: "0" }, "flops_profiler/profiler.py _silu_flops_compute"),
      leaky_relu: counted({ flops: "I", macs: "0" }, "flops_profiler/profiler.py _leaky_relu_flops_compute"),
      prelu: counted({ flops: "I", macs: "0" }, "flops_profiler/profiler.py _prelu_flops_compute"),
      elu: counted({ flops: "I", macs: "0" }, "flops_profiler/profiler.py _elu_flops_compute"),
      gelu: counted({ flops: "I", macs: "0" }, "flops_profiler/profiler.py _gelu_flops_compute"),
      log_softmax: notPatched,
      log_not_softmax: unseen,
      drop_path: zero("at inference the function returns its input"),
      global_avg_pool: counted(
        { flops: "I", macs: "0" },
        "flops_profiler/profiler.py _pool_flops_compute, F.adaptive_avg_pool2d",
      ),
      adaptive_avg_pool: counted(
        { flops: "I", macs: "0" },
        "flops_profiler/profiler.py _pool_flops_compute, F.adaptive_avg_pool2d",
      ),
      adaptive_max_pool: counted(
        { flops: "I", macs: "0" },
        "flops_profiler/profiler.py _pool_flops_compute, F.adaptive_max_pool2d",
      ),
      flatten: notPatched,
      pad: notPatched,
      reflection_pad: notPatched,
      replication_pad: notPatched,
    },
  ),
};
