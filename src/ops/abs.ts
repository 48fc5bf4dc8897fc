import { unaryOp } from "./unary.js";

/** PyTorch's tie rule: the gradient at 0 is 0. */
export const abs = unaryOp({
  name: "abs",
  doc: "|x|.",
  value: Math.abs,
  workPerElement: { compares: 1 },
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Abs", inputs, {}, outputs),
});
