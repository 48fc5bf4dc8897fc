import { isProblem } from "../diagnostics/diagnostic.js";
import { boundsOf } from "./clip.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
/** PyTorch's tie rule: the gradient is 0 at 0 and at 6 (hardtanh_backward). */
export const relu6 = unaryOp({
  name: "relu6",
  family: "activation",
  reach: 3,
  doc: "min(6, max(0, x)).",
  value: (x) => Math.min(6, Math.max(0, x)),
  workPerElement: { compares: 2 },
  gradient: (builder, { output }, g) =>
    arithmetic(builder).mul(g, builder.node("inside", [output], { low: 0, high: 6, closed: false })),
  readOnnx: [
    {
      nodeTypes: ["Clip"],
      takes: (node) => {
        const bounds = boundsOf(node);
        return !isProblem(bounds) && bounds.min === 0 && bounds.max === 6;
      },
      read: (site) => site.make([site.tensor(0)], {}),
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }) =>
    onnx.node("Clip", [x, onnx.floats(0), onnx.floats(6)], {}, outputs),
  lowerToTorch: torchCall("F.relu6"),
  lowerToTfjs: unaryKernel("Relu6"),
});
