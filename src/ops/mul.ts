import { binaryOp } from "./binary.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { gradientOp, type InsideAttributes } from "./inside.js";
import { nodesOfTwo } from "./read-nodes.js";
import type { LowerToTfjs, Register } from "./tfjs/builder.js";
import { binaryKernel } from "./tfjs/elementwise.js";
import { torchOperator } from "./torch/plain-forms.js";

const product = binaryKernel("Multiply");

/** A product with the derivative of relu or relu6 is one native op, so the derivative itself is not computed. */
const lower: LowerToTfjs<unknown> = (tfjs, site, attributes) => {
  const { inputs, outputs } = site;
  const sizes = inputs.map((value) => tfjs.sizesOf(value).join());
  for (const [i, value] of inputs.entries()) {
    const maker = tfjs.makerOf(value);
    if (maker?.op !== "inside" || sizes[0] !== sizes[1]) continue;
    const op = gradientOp(maker.attributes as InsideAttributes);
    if (op === undefined) continue;
    const [features] = maker.inputs;
    const layout = tfjs.layoutOf(features);
    const gradient = tfjs.inLayout(inputs[1 - i], layout);
    const [made] = tfjs.native(op, [gradient, tfjs.asHeld(features)], { T: { type: "float32" } });
    tfjs.set(outputs[0], made as Register, layout);
    return;
  }
  product(tfjs, site, attributes);
};

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
  lowerToTorch: torchOperator("*"),
  lowerToTfjs: lower,
});
