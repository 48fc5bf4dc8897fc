import { unaryOp } from "./unary.js";

export const sqrt = unaryOp({
  name: "sqrt",
  doc: "The square root.",
  value: Math.sqrt,
  workPerElement: { roots: 1 },
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Sqrt", inputs, {}, outputs),
});
