import { binaryOp } from "./binary.js";

export const sub = binaryOp({
  name: "sub",
  family: "arithmetic",
  doc: "a - b, with broadcasting.",
  value: (a, b) => a - b,
  workPerElement: { adds: 1 },
  onnxOp: "Sub",
  gives: "float32",
  gradient: (builder, _, g) => [g, builder.node("neg", [g])],
});
