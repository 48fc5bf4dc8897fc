import { droppingOp } from "./dropping.js";

/** torchvision's StochasticDepth in its mode "row": the mask has one number for each sample. */
export const dropPath = droppingOp({
  name: "drop_path",
  doc: "The tensor itself; in training each sample is 0 with probability p, and the others are divided by 1 - p.",
  surfaceDoc:
    "In training zeroes whole samples at random, before a residual sum (Huang et al. 2016); nothing at inference.",
  parameterDoc: "the share of samples that are zeroed",
});
