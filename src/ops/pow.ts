import { binaryOp } from "./binary.js";

/** Work as exp(b * ln a). */
export const pow = binaryOp({
  name: "pow",
  doc: "a to the power of b, with broadcasting.",
  value: (a, b) => a ** b,
  workPerElement: { exponentials: 1, logarithms: 1, multiplies: 1 },
  onnxOp: "Pow",
  gives: "float32",
});
