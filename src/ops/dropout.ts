import { droppingOp } from "./dropping.js";
import { call, float } from "./torch/python.js";

/**
 * Inverted dropout, as in PyTorch: training zeroes elements and multiplies the others by 1 / (1 - p), so that inference does
 * nothing. In ONNX it is an Identity: a Dropout node adds nothing, and some providers lack it.
 */
export const dropout = droppingOp({
  name: "dropout",
  doc: "The tensor itself; in training each element is 0 with probability p, and the others are divided by 1 - p.",
  surfaceDoc: "In training zeroes elements at random (Srivastava et al. 2014); nothing at inference.",
  parameterDoc: "the share that is zeroed",
  lowerToTorch: (site, { p }) => call("F.dropout", [site.tensor(0)], { p: float("p", p), training: site.training }),
});
