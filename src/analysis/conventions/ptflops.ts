import { type Convention, counted, rulesOf, zero } from "../convention.js";

const noHook = zero("no hook in pytorch_ops.py, and the function it calls is not patched");
const unseen = zero("an operator or a tensor method that pytorch_ops.py does not patch");

/** What ptflops 0.7.5 counts. */
export const ptflops: Convention<"macs"> = {
  name: "ptflops",
  tool: "ptflops 0.7.5, pytorch backend",
  unit: "macs: what ptflops prints as MACs: multiply-accumulates with biases, other layers by elements.",
  held: "by runs",
  readings: [
    "Every layer is a module. Modules that call a patched function count twice: once by their hook, once by the function.",
    "matmul is read as torch.matmul(a, b); it does not see a @ b.",
    "Arithmetic is read as operators (a + b), which it does not see; torch.add and torch.mul would count their elements.",
    "reduce_mean is read as x.mean, which it does not see.",
  ],
  ...rulesOf(
    {
      convolution: counted({ macs: "O * K + b * O" }, "pytorch_ops.py conv_flops_counter_hook"),
      product: counted({ macs: "O * K + b * O" }, "pytorch_ops.py linear_flops_counter_hook"),
      norm: counted({ macs: "2 * I" }, "pytorch_ops.py bn_flops_counter_hook, affine"),
      activation: noHook,
      softmax: counted({ macs: "I" }, "pytorch_ops.py: no hook, but F.softmax is patched"),
      function: unseen,
      passing: noHook,
      pooling: counted(
        { macs: "2 * I" },
        "pytorch_ops.py pool_flops_counter_hook and the patched F.adaptive_avg_pool2d: counted twice",
      ),
      reduction: unseen,
      resizing: counted(
        { macs: "2 * O" },
        "pytorch_ops.py upsample_flops_counter_hook and the patched F.interpolate: counted twice",
      ),
      arithmetic: unseen,
      comparison: unseen,
      logic: unseen,
      joining: unseen,
      movement: unseen,
    },
    {
      conv2d_transpose: counted({ macs: "I * K + b * O" }, "pytorch_ops.py conv_flops_counter_hook, transpose"),
      matmul: counted({ macs: "O * K" }, "pytorch_ops.py _matmul_tensor_flops_hook"),
      layer_norm: counted({ macs: "I" }, "pytorch_ops.py bn_flops_counter_hook: LayerNorm has no attribute affine"),
      local_response_norm: counted(
        { macs: "(C + k - 1) * M + 3 * I" },
        "pytorch_ops.py: F.local_response_norm calls the patched F.avg_pool3d on the padded channels, and Tensor.mul twice and add",
      ),
      instance_norm: counted({ macs: "(1 + b) * I" }, "pytorch_ops.py bn_flops_counter_hook: doubled when affine"),
      relu: counted({ macs: "2 * I" }, "pytorch_ops.py relu_flops_counter_hook and the patched F.relu: counted twice"),
      relu6: counted(
        { macs: "I" },
        "pytorch_ops.py relu_flops_counter_hook; nn.ReLU6 calls F.hardtanh, which is not patched",
      ),
      silu: counted({ macs: "I" }, "pytorch_ops.py: no hook, but F.silu is patched"),
      leaky_relu: counted({ macs: "I" }, "pytorch_ops.py relu_flops_counter_hook; F.leaky_relu is not patched"),
      prelu: counted(
        { macs: "2 * I" },
        "pytorch_ops.py relu_flops_counter_hook and the patched F.prelu: counted twice",
      ),
      elu: counted({ macs: "2 * I" }, "pytorch_ops.py relu_flops_counter_hook and the patched F.elu: counted twice"),
      gelu: counted({ macs: "2 * I" }, "pytorch_ops.py relu_flops_counter_hook and the patched F.gelu: counted twice"),
      log_softmax: noHook,
      log_not_softmax: unseen,
      drop_path: zero("at inference the function returns its input"),
      max_pool: counted(
        { macs: "2 * I" },
        "pytorch_ops.py pool_flops_counter_hook and the patched F.max_pool2d: counted twice",
      ),
      avg_pool: counted(
        { macs: "2 * I" },
        "pytorch_ops.py pool_flops_counter_hook and the patched F.avg_pool2d: counted twice",
      ),
      adaptive_max_pool: counted(
        { macs: "2 * I" },
        "pytorch_ops.py pool_flops_counter_hook and the patched F.adaptive_max_pool2d: counted twice",
      ),
      flatten: noHook,
      pad: noHook,
      reflection_pad: noHook,
      replication_pad: noHook,
    },
  ),
};
