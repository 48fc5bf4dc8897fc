import { binaryOp } from "./binary.js";

/** PyTorch's tie rule: where both are equal, each gets half the gradient. */
export const maximum = binaryOp({
  name: "maximum",
  doc: "The larger of a and b, element by element, with broadcasting.",
  value: (a, b) => Math.max(a, b),
  workPerElement: { compares: 1 },
  onnxOp: "Max",
  gives: "float32",
});
