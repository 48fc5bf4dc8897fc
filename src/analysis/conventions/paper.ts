import { type Convention, counted, rulesOf, zero } from "../convention.js";

const notCounted = zero("the paper counts convolutions only; its totals leave no room for anything else");

/** What LFER-LDL counts. */
export const paper: Convention<"params" | "madds"> = {
  name: "paper",
  tool: "LFER-LDL, Table 4 (reconstructed)",
  unit: "params: weights of convolutions; madds: their multiplications plus additions, K - 1 additions for K products.",
  held: "by definition",
  readings: [
    "The table itself is lost; of all readings tried, this is the only counter that gives every total and difference of the prose.",
    "The paper truncates to two decimals: 1,262,920 is printed as 1.26M, 294,606,017 as 294.60M.",
    "It compares its own figures, which count a multiply-add twice, with others' that count it once.",
  ],
  ...rulesOf(
    {
      convolution: counted(
        { params: "w", madds: "O * (2 * K - 1)" },
        "LFER-LDL, Table 4 as reconstructed: the only counter that gives all six facts of the prose; bias ignored",
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
      conv2d_transpose: notCounted,
    },
  ),
};
