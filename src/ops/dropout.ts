import { droppingOp } from "./dropping.js";

/**
 * Inverted dropout, as PyTorch's Dropout: training zeroes elements and multiplies the others by 1 / (1 - p), so that
 * inference has nothing to do. Its ONNX form is an Identity: a Dropout node would say no more, and some providers lack it.
 */
export const dropout = droppingOp({
  name: "dropout",
  doc: "The tensor itself; in training each element is 0 with probability p, and the others are divided by 1 - p.",
  surfaceDoc: "In training zeroes elements at random (Srivastava et al. 2014); nothing at inference.",
  parameterDoc: "the share that is zeroed",
});
