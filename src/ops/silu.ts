import { logistic } from "./stable-math.js";
import { unaryOp } from "./unary.js";

export const silu = unaryOp({
  name: "silu",
  doc: "x * sigmoid(x), also called swish.",
  value: (x) => x * logistic(x),
  workPerElement: { exponentials: 1, adds: 1, divisions: 1, multiplies: 1 },
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }) => {
    const [gate = ""] = onnx.node("Sigmoid", [x]);
    onnx.node("Mul", [x, gate], {}, outputs);
  },
});
