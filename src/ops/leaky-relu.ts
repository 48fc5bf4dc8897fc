import { attributesOf, parameterOf } from "./attributes.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { bentBelowZero } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { float } from "./torch/python.js";
import { shapedUnaryOp } from "./unary.js";

const attributes = attributesOf({ slope: { kind: "float", doc: "slope of the negative side" } });

/** PyTorch's tie rule: at 0 the gradient is that of the negative branch. */
export const leakyRelu = shapedUnaryOp({
  name: "leaky_relu",
  family: "activation",
  doc: "x where it is positive, slope * x elsewhere.",
  attributes,
  parameters: { slope: parameterOf(attributes.slope, { default: 0.01 }) },
  value: (x, { slope }) => (x > 0 ? x : slope * x),
  workPerElement: { compares: 1, multiplies: 1 },
  gradient: (builder, { input }, g, { slope }) => {
    const { add, mul, number } = arithmetic(builder);
    const positive = builder.node("inside", [input], { low: 0, high: Number.POSITIVE_INFINITY, closed: false });
    return mul(g, add(number(slope), mul(number(1 - slope), positive)));
  },
  readOnnx: [
    {
      nodeTypes: ["LeakyRelu"],
      read: (site) => site.make([site.tensor(0)], { slope: site.attributes.float("alpha", 0.01) }),
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, { slope }) =>
    onnx.node("LeakyRelu", inputs, { alpha: { float: slope } }, outputs),
  lowerToTorch: torchCall("F.leaky_relu", ({ slope }) => ({ negative_slope: float("slope", slope) })),
  lowerToTfjs: bentBelowZero((k, x, { slope }) => k.mul(x, k.number(slope))),
});
