import { type Convention, counted, rulesOf, zero } from "../convention.js";

const notCounted = zero("not a convolution");

/** What lfer counts. */
export const conv: Convention<"params" | "macs" | "madds"> = {
  name: "conv",
  tool: "lfer: convolutions alone, the part that every counter agrees on",
  unit: "params: weights of convolutions; macs: multiply-accumulates; madds: multiplications plus additions (K - 1 per K products, one more for a bias).",
  held: "by definition",
  readings: ["Bias counts as one addition in madds; params are weights without biases."],
  ...rulesOf(
    {
      convolution: counted(
        { params: "w", macs: "O * K", madds: "O * (2 * K - 1 + b)" },
        "K products, K - 1 additions and the bias for each output element (Conv2d as defined)",
      ),
      product: notCounted,
      norm: notCounted,
      activation: notCounted,
      softmax: notCounted,
      function: notCounted,
      passing: notCounted,
      pooling: notCounted,
      reduction: notCounted,
      resizing: notCounted,
      arithmetic: notCounted,
      comparison: notCounted,
      logic: notCounted,
      joining: notCounted,
      movement: notCounted,
    },
    {
      conv2d_transpose: zero("a transposed convolution: counters disagree on it"),
    },
  ),
};
