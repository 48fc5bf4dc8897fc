import { binaryOp } from "./binary.js";

/** PyTorch's tie rule: where both are equal, each gets half the gradient. */
export const minimum = binaryOp({
  name: "minimum",
  doc: "The smaller of a and b, element by element, with broadcasting.",
  value: (a, b) => Math.min(a, b),
  workPerElement: { compares: 1 },
  onnxOp: "Min",
  gives: "float32",
});
