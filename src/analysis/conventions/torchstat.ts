import { type Convention, counted, rulesOf, zero } from "../convention.js";

const unsupported = zero("prints that the module is not supported and returns 0");
const invisible = zero("a function or an operator: torchstat sees modules only");

/** What torchstat 0.0.7 counts. */
export const torchstat: Convention<"madds" | "macs"> = {
  name: "torchstat",
  tool: "torchstat 0.0.7",
  unit: "madds: its column MAdd, multiplications plus additions; macs: its column Flops, one per multiply-accumulate.",
  held: "by runs",
  readings: [
    "Every layer is a module and every call is counted: the tool itself keeps only the last call of a module that is used twice.",
    "MAdd counts every sample. The tool itself counts only one if crops or patches are folded into the batch.",
    "Unknown layers count 0; the tool lists them in its output.",
  ],
  ...rulesOf(
    {
      convolution: counted(
        { madds: "O * (2 * K - 1 + b)", macs: "O * K + b * O" },
        "compute_madd.py compute_Conv2d_madd; compute_flops.py compute_Conv2d_flops",
      ),
      product: counted(
        { madds: "v * O * (2 * K - 1)", macs: "v * O * K" },
        "compute_Linear_madd, compute_Linear_flops, which refuse all but two axes; bias ignored",
      ),
      norm: unsupported,
      activation: unsupported,
      softmax: counted(
        { madds: "3 * I - 1", macs: "0" },
        "compute_Softmax_madd, over all elements of a sample; not in compute_flops.py",
      ),
      function: invisible,
      passing: unsupported,
      pooling: unsupported,
      reduction: invisible,
      resizing: counted(
        { madds: "0", macs: "M" },
        "not in compute_madd.py; compute_Upsample_flops, which leaves the channels out",
      ),
      arithmetic: invisible,
      comparison: invisible,
      logic: invisible,
      joining: invisible,
      movement: invisible,
    },
    {
      conv2d_transpose: counted(
        { madds: "2 * I * K + (b - 1) * S * F", macs: "0" },
        "compute_ConvTranspose2d_madd, on positions of the input; not in compute_flops.py",
      ),
      matmul: invisible,
      batch_norm: counted(
        { madds: "m * 4 * I", macs: "m * 2 * I" },
        "compute_BatchNorm2d_madd: subtract, divide, scale, shift; compute_BatchNorm2d_flops, affine; BatchNorm1d is not supported",
      ),
      relu: counted({ madds: "I", macs: "I" }, "compute_ReLU_madd, compute_ReLU_flops"),
      relu6: counted({ madds: "I", macs: "I" }, "compute_ReLU_madd, compute_ReLU_flops: ReLU6 like ReLU"),
      leaky_relu: counted({ madds: "0", macs: "I" }, "not in compute_madd.py; compute_flops.py compute_ReLU_flops"),
      prelu: counted({ madds: "0", macs: "I" }, "not in compute_madd.py; compute_flops.py compute_ReLU_flops"),
      elu: counted({ madds: "0", macs: "I" }, "not in compute_madd.py; compute_flops.py compute_ReLU_flops"),
      log_softmax: unsupported,
      log_not_softmax: invisible,
      max_pool: counted({ madds: "(k - 1) * O", macs: "I" }, "compute_MaxPool2d_madd; compute_Pool2d_flops"),
      avg_pool: counted(
        { madds: "k * O", macs: "I" },
        "compute_AvgPool2d_madd: k - 1 additions and a division; compute_Pool2d_flops",
      ),
      flatten: unsupported,
      pad: unsupported,
      reflection_pad: unsupported,
      replication_pad: unsupported,
    },
  ),
};
