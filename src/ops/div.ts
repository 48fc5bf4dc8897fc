import { binaryOp } from "./binary.js";

export const div = binaryOp({
  name: "div",
  doc: "a / b, with broadcasting.",
  value: (a, b) => a / b,
  workPerElement: { divisions: 1 },
  onnxOp: "Div",
  gives: "float32",
});
