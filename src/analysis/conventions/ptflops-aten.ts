import { type Convention, counted, rulesOf, zero } from "../convention.js";

const notMapped = zero("not in aten_ops.py's ATEN_OPS_MAPPING");

/** What ptflops 0.7.5 counts. */
export const ptflopsAten: Convention<"macs"> = {
  name: "ptflops-aten",
  tool: "ptflops 0.7.5, aten backend",
  unit: "macs: multiply-accumulates of convolutions, linear layers and matrix products, with biases.",
  held: "by runs",
  readings: [],
  ...rulesOf(
    {
      convolution: counted({ macs: "O * K + b * O" }, "aten_ops.py conv_flop_count"),
      product: counted({ macs: "O * K + b * O" }, "aten_ops.py addmm_flop"),
      norm: notMapped,
      activation: notMapped,
      softmax: notMapped,
      function: notMapped,
      passing: notMapped,
      pooling: notMapped,
      reduction: notMapped,
      resizing: notMapped,
      arithmetic: notMapped,
      comparison: notMapped,
      logic: notMapped,
      joining: notMapped,
      movement: notMapped,
    },
    {
      conv2d_transpose: counted({ macs: "I * K + b * O" }, "aten_ops.py conv_flop, transposed"),
      matmul: counted({ macs: "O * K" }, "aten_ops.py matmul_flop, bmm_flop"),
    },
  ),
};
