import { binaryOp } from "./binary.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfTwo } from "./read-nodes.js";
export const mul = binaryOp({
  name: "mul",
  family: "arithmetic",
  doc: "a * b, with broadcasting.",
  value: (a, b) => a * b,
  workPerElement: { multiplies: 1 },
  readOnnx: [nodesOfTwo("Mul")],
  onnxOp: "Mul",
  gives: "float32",
  gradient: (builder, { a, b }, g) => {
    const { mul } = arithmetic(builder);
    return [mul(g, b), mul(g, a)];
  },
});
