import { unaryOp } from "./unary.js";

/** PyTorch's tie rule: the gradient at 0 is 0. */
export const relu = unaryOp({
  name: "relu",
  doc: "max(0, x).",
  value: (x) => Math.max(0, x),
  workPerElement: { compares: 1 },
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Relu", inputs, {}, outputs),
});
