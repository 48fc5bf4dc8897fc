import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
/** PyTorch's tie rule: the gradient at 0 is 0. */
export const abs = unaryOp({
  name: "abs",
  family: "function",
  doc: "|x|.",
  value: Math.abs,
  workPerElement: { compares: 1 },
  gradient: (builder, { input }, g) => {
    const { mul, sub } = arithmetic(builder);
    const positive = builder.node("inside", [input], { low: 0, high: Number.POSITIVE_INFINITY, closed: false });
    const negative = builder.node("inside", [input], { low: Number.NEGATIVE_INFINITY, high: 0, closed: false });
    return mul(g, sub(positive, negative));
  },
  readOnnx: [nodesOfOne("Abs")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Abs", inputs, {}, outputs),
  lowerToTorch: torchCall("torch.abs"),
  lowerToTfjs: unaryKernel("Abs"),
});
