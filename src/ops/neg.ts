import { unaryOp } from "./unary.js";

export const neg = unaryOp({
  name: "neg",
  doc: "-x; a sign flip is no arithmetic, so it counts no work.",
  value: (x) => -x,
  workPerElement: {},
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Neg", inputs, {}, outputs),
});
