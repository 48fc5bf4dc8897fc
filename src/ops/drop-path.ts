import type { TensorType } from "../ir/shape.js";
import { droppingOp } from "./dropping.js";
import { call, float, infix, method } from "./torch/python.js";

/** torchvision's StochasticDepth in its mode "row": the mask has one number for each sample. */
export const dropPath = droppingOp({
  name: "drop_path",
  doc: "The tensor itself; in training each sample is 0 with probability p, and the others are divided by 1 - p.",
  surfaceDoc:
    "In training zeroes whole samples at random, before a residual sum (Huang et al. 2016); nothing at inference.",
  parameterDoc: "the share of samples that are zeroed",
  lowerToTorch: (site, { p }) => {
    const x = site.tensor(0);
    const rank = (site.inputTypes[0] as TensorType).shape.length;
    const ones = method(x, "new_ones", [`${x}.shape[0]`, ...new Array<string>(rank - 1).fill("1")]);
    return infix("*", x, call("F.dropout", [ones], { p: float("p", p), training: site.training }));
  },
});
