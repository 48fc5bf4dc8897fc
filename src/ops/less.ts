import { binaryOp } from "./binary.js";

export const less = binaryOp({
  name: "less",
  doc: "Whether a < b, with broadcasting.",
  value: (a, b) => (a < b ? 1 : 0),
  workPerElement: { compares: 1 },
  onnxOp: "Less",
  gives: "bool",
});
