import { type Convention, counted, rulesOf, zero } from "../convention.js";

const noHandle = zero("no handle in flop_count.py's _DEFAULT_SUPPORTED_OPS: listed as unsupported and left out");
const moves = zero("moves data, computes nothing; no handle in flop_count.py");

/** What fvcore 0.1.5 counts. */
export const fvcore: Convention<"macs" | "activations"> = {
  name: "fvcore",
  tool: "fvcore 0.1.5 (FlopCountAnalysis, ActivationCountAnalysis)",
  unit: "macs: what fvcore prints as flops, one per multiply-accumulate; activations: output elements of convolutions and matrix products.",
  held: "by runs",
  readings: ["global_avg_pool is read as AdaptiveAvgPool2d (counted), reduce_mean as x.mean (not counted)."],
  ...rulesOf(
    {
      convolution: counted(
        { macs: "O * K", activations: "O" },
        "jit_handles.py conv_flop_jit, generic_activation_jit; bias ignored",
      ),
      product: counted(
        { macs: "O * K", activations: "O" },
        "jit_handles.py linear_flop_jit, addmm_flop_jit; bias ignored",
      ),
      norm: counted({ macs: "2 * I", activations: "0" }, "jit_handles.py batchnorm_flop_jit, evaluation mode, affine"),
      activation: noHandle,
      softmax: noHandle,
      function: noHandle,
      passing: moves,
      pooling: noHandle,
      reduction: noHandle,
      resizing: counted(
        { macs: "L * 4 * O + (1 - L) * O", activations: "0" },
        "flop_count.py: aten::upsample_bilinear2d 4, aten::upsample_nearest2d 1 of the result",
      ),
      arithmetic: noHandle,
      comparison: noHandle,
      logic: noHandle,
      joining: moves,
      movement: moves,
    },
    {
      conv2d_transpose: counted(
        { macs: "I * K", activations: "O" },
        "jit_handles.py conv_flop_jit, transposed: positions of the input; bias ignored",
      ),
      matmul: counted({ macs: "O * K", activations: "O" }, "jit_handles.py matmul_flop_jit"),
      layer_norm: counted(
        { macs: "5 * I", activations: "0" },
        "flop_count.py: aten::layer_norm is norm_flop_counter(2): 5 with weights",
      ),
      group_norm: counted(
        { macs: "5 * I", activations: "0" },
        "flop_count.py: aten::group_norm is norm_flop_counter(2): 5 with weights",
      ),
      local_response_norm: noHandle,
      instance_norm: counted(
        { macs: "(4 + b) * I", activations: "0" },
        "flop_count.py: aten::instance_norm is norm_flop_counter(1): 5 with weights",
      ),
      dropout: zero("jit_analysis.py _IGNORED_OPS has aten::dropout"),
      drop_path: zero("at inference the function returns its input: nothing is traced"),
      global_avg_pool: counted(
        { macs: "I", activations: "0" },
        "flop_count.py: aten::adaptive_avg_pool2d is elementwise_flop_counter(1, 0)",
      ),
      adaptive_avg_pool: counted(
        { macs: "I", activations: "0" },
        "flop_count.py: aten::adaptive_avg_pool2d is elementwise_flop_counter(1, 0)",
      ),
    },
  ),
};
