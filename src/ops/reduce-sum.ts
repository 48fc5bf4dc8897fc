import { broadcastToSizes } from "./gradient-arithmetic.js";
import { reductionNodes, sumsOf } from "./read-reductions.js";
import { reductionOp } from "./reduction.js";

export const reduceSum = reductionOp({
  name: "reduce_sum",
  surfaceName: "sum",
  doc: "The sum over some axes, by default all; they are dropped unless kept.",
  start: 0,
  join: (sum, x) => sum + x,
  finish: (sum) => sum,
  workPerResult: (count) => ({ adds: count - 1 }),
  readOnnx: [
    reductionNodes("ReduceSum"),
    sumsOf("ReduceL1", "abs"),
    sumsOf("ReduceL2", "square", "sqrt"),
    sumsOf("ReduceSumSquare", "square"),
  ],
  onnxOp: "ReduceSum",
  axesInputSince: 13,
  gradient: (builder, { resultGradient, sizes }) => broadcastToSizes(builder, resultGradient, sizes),
  torchName: "torch.sum",
  tfjsKernel: "Sum",
});
