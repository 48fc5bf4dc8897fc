import { logistic } from "./stable-math.js";
import { unaryOp } from "./unary.js";

export const sigmoid = unaryOp({
  name: "sigmoid",
  doc: "1 / (1 + exp(-x)).",
  value: logistic,
  workPerElement: { exponentials: 1, adds: 1, divisions: 1 },
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Sigmoid", inputs, {}, outputs),
});
