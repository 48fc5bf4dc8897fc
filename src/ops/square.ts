import { unaryOp } from "./unary.js";

export const square = unaryOp({
  name: "square",
  doc: "x * x.",
  value: (x) => x * x,
  workPerElement: { multiplies: 1 },
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }) => onnx.node("Mul", [x, x], {}, outputs),
});
