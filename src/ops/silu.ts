import { arithmetic } from "./gradient-arithmetic.js";
import { logistic } from "./stable-math.js";
import { gated } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { unaryOp } from "./unary.js";
export const silu = unaryOp({
  name: "silu",
  family: "activation",
  doc: "x * sigmoid(x), also called swish.",
  value: (x) => x * logistic(x),
  workPerElement: { exponentials: 1, adds: 1, divisions: 1, multiplies: 1 },
  gradient: (builder, { input }, g) => {
    // With s = sigmoid(x): s * (1 + x * (1 - s)).
    const { add, mul, number, sub } = arithmetic(builder);
    const s = builder.node("sigmoid", [input]);
    return mul(g, mul(s, add(number(1), mul(input, sub(number(1), s)))));
  },
  readOnnx: [
    {
      nodeTypes: ["Swish"],
      read: (site) => {
        const alpha = site.attributes.float("alpha", 1);
        if (alpha === 1) return site.make([site.tensor(0)], {});
        return site.refuse(`it is x * sigmoid(${alpha} x), which lferc does not count`);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs }) => {
    const [gate = ""] = onnx.node("Sigmoid", [x]);
    onnx.node("Mul", [x, gate], {}, outputs);
  },
  lowerToTorch: torchCall("F.silu"),
  lowerToTfjs: gated((_, tfjs, x) => tfjs.kernel("Sigmoid", { x })),
});
