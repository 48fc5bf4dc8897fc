import { arithmetic } from "./gradient-arithmetic.js";
import { nodesOfOne } from "./read-nodes.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
/** PyTorch's tie rule: the gradient at 0 is 0. */
export const relu = unaryOp({
  name: "relu",
  family: "activation",
  doc: "max(0, x).",
  value: (x) => Math.max(0, x),
  workPerElement: { compares: 1 },
  gradient: (builder, { output }, g) =>
    arithmetic(builder).mul(
      g,
      builder.node("inside", [output], { low: 0, high: Number.POSITIVE_INFINITY, closed: false }),
    ),
  readOnnx: [nodesOfOne("Relu")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Relu", inputs, {}, outputs),
  lowerToTorch: torchCall("F.relu"),
  lowerToTfjs: unaryKernel("Relu"),
});
