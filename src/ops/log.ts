import { unaryOp } from "./unary.js";

export const log = unaryOp({
  name: "log",
  doc: "The natural logarithm.",
  value: Math.log,
  workPerElement: { logarithms: 1 },
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Log", inputs, {}, outputs),
});
