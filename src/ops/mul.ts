import { binaryOp } from "./binary.js";

export const mul = binaryOp({
  name: "mul",
  doc: "a * b, with broadcasting.",
  value: (a, b) => a * b,
  workPerElement: { multiplies: 1 },
  onnxOp: "Mul",
  gives: "float32",
});
