import { reductionNodes } from "./read-reductions.js";
import { reductionOp, shareAmongExtremes } from "./reduction.js";

/** PyTorch's tie rule (amax, amin): equal extremes share the gradient evenly. */
export const reduceMax = reductionOp({
  name: "reduce_max",
  surfaceName: "max",
  doc: "The largest element over some axes, by default all; they are dropped unless kept.",
  start: Number.NEGATIVE_INFINITY,
  join: (a, b) => Math.max(a, b),
  finish: (largest) => largest,
  workPerResult: (count) => ({ compares: count - 1 }),
  readOnnx: [
    reductionNodes("ReduceMax"),
    { nodeTypes: ["GlobalMaxPool"], read: (site) => site.make([site.tensor(0)], { axes: [2, 3], keep: true }) },
  ],
  onnxOp: "ReduceMax",
  axesInputSince: 18,
  gradient: shareAmongExtremes,
  torchName: "torch.amax",
  tfjsKernel: "Max",
});
