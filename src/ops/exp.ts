import { arithmetic } from "./gradient-arithmetic.js";
import { unaryOp } from "./unary.js";
export const exp = unaryOp({
  name: "exp",
  family: "function",
  doc: "e to the power of x.",
  value: Math.exp,
  workPerElement: { exponentials: 1 },
  gradient: (builder, { output }, g) => arithmetic(builder).mul(g, output),
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Exp", inputs, {}, outputs),
});
