import { nodesOfOne } from "./read-nodes.js";
import { unaryKernel } from "./tfjs/elementwise.js";
import { unaryOp } from "./unary.js";

export const neg = unaryOp({
  name: "neg",
  family: "function",
  doc: "-x; a sign flip is no arithmetic, so it counts no work.",
  value: (x) => -x,
  workPerElement: {},
  gradient: (builder, _, g) => builder.node("neg", [g]),
  readOnnx: [nodesOfOne("Neg")],
  lowerToOnnx: (onnx, { inputs, outputs }) => onnx.node("Neg", inputs, {}, outputs),
  lowerToTorch: (site) => `(-${site.tensor(0)})`,
  lowerToTfjs: unaryKernel("Neg"),
});
