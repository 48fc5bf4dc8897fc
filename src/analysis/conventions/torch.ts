import { type Convention, counted, rulesOf, zero } from "../convention.js";

const notRegistered = zero("no entry in flop_counter.py's flop_registry");

/** What PyTorch counts. */
export const torch: Convention<"flops"> = {
  name: "torch",
  tool: "PyTorch, torch.utils.flop_counter.FlopCounterMode",
  unit: "flops: two per multiply-accumulate of convolutions and matrix products.",
  held: "by runs",
  readings: ["torchvision's published _ops is half of this, in G, rounded to three decimals."],
  ...rulesOf(
    {
      convolution: counted({ flops: "2 * O * K" }, "flop_counter.py conv_flop; bias ignored"),
      product: counted({ flops: "2 * O * K" }, "flop_counter.py addmm_flop; bias ignored"),
      norm: notRegistered,
      activation: notRegistered,
      softmax: notRegistered,
      function: notRegistered,
      passing: notRegistered,
      pooling: notRegistered,
      reduction: notRegistered,
      resizing: notRegistered,
      arithmetic: notRegistered,
      comparison: notRegistered,
      logic: notRegistered,
      joining: notRegistered,
      movement: notRegistered,
    },
    {
      conv2d_transpose: counted(
        { flops: "2 * I * K" },
        "flop_counter.py conv_flop_count, transposed: positions of the input; bias ignored",
      ),
      matmul: counted({ flops: "2 * O * K" }, "flop_counter.py mm_flop, bmm_flop"),
    },
  ),
};
