import { binaryOp } from "./binary.js";

export const equal = binaryOp({
  name: "equal",
  doc: "Whether a = b exactly, with broadcasting.",
  value: (a, b) => (a === b ? 1 : 0),
  workPerElement: { compares: 1 },
  onnxOp: "Equal",
  gives: "bool",
});
