import { unaryOp } from "./unary.js";

export const exp = unaryOp({
  name: "exp",
  doc: "e to the power of x.",
  value: Math.exp,
  workPerElement: { exponentials: 1 },
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Exp", inputs, {}, outputs),
});
