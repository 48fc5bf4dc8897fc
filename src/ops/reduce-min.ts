import { reductionNodes } from "./read-reductions.js";
import { reductionOp, shareAmongExtremes } from "./reduction.js";

/** PyTorch's tie rule (amax, amin): equal extremes share the gradient evenly. */
export const reduceMin = reductionOp({
  name: "reduce_min",
  surfaceName: "min",
  doc: "The smallest element over some axes, by default all; they are dropped unless kept.",
  start: Number.POSITIVE_INFINITY,
  join: (a, b) => Math.min(a, b),
  finish: (smallest) => smallest,
  workPerResult: (count) => ({ compares: count - 1 }),
  readOnnx: [reductionNodes("ReduceMin")],
  onnxOp: "ReduceMin",
  axesInputSince: 18,
  gradient: shareAmongExtremes,
  torchName: "torch.amin",
  tfjsKernel: "Min",
});
