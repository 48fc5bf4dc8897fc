import { arithmetic, broadcastToSizes } from "./gradient-arithmetic.js";
import { reductionNodes } from "./read-reductions.js";
import { reductionOp } from "./reduction.js";

export const reduceMean = reductionOp({
  name: "reduce_mean",
  surfaceName: "mean",
  doc: "The mean over some axes, by default all; they are dropped unless kept.",
  start: 0,
  join: (sum, x) => sum + x,
  finish: (sum, count) => sum / count,
  workPerResult: (count) => ({ adds: count - 1, divisions: 1 }),
  readOnnx: [reductionNodes("ReduceMean")],
  onnxOp: "ReduceMean",
  axesInputSince: 18,
  gradient: (builder, { resultGradient, sizes, count }) => {
    const { mul, number } = arithmetic(builder);
    return broadcastToSizes(builder, mul(resultGradient, number(1 / count)), sizes);
  },
  torchName: "torch.mean",
  tfjsKernel: "Mean",
});
