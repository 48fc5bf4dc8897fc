import type { ValueId } from "../ir/graph.js";
import { type AttributesOf, attributesOf, parameterOf } from "./attributes.js";
import type { GradientBuilder, OnnxBuilder, OnnxSite } from "./contracts.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { erfOf } from "./stable-math.js";
import type { Register } from "./tfjs/builder.js";
import { elementwise } from "./tfjs/elementwise.js";
import { torchCall } from "./torch/plain-forms.js";
import { shapedUnaryOp } from "./unary.js";

const attributes = attributesOf({
  approximate: { kind: "bool", doc: "by tanh, as the paper offers it, instead of the error function" },
});

type GeluAttributes = AttributesOf<typeof attributes>;

const [slope, cubic] = [Math.sqrt(2 / Math.PI), 0.044715];

/** The tanh approximation: tanh(slope * (x + cubic * x^3)). */
const bent = (x: number): number => Math.tanh(slope * (x + cubic * x ** 3));

const geluOf = (x: number, { approximate }: GeluAttributes): number =>
  (x / 2) * (1 + (approximate ? bent(x) : erfOf(x / Math.SQRT2)));

/** d/dx x P(x) = P(x) + x p(x), with the normal density p or the derivative of its approximation. */
function gradientOf(builder: GradientBuilder, x: ValueId, g: ValueId, { approximate }: GeluAttributes): ValueId {
  const { add, mul, number, sub } = arithmetic(builder);
  const half = (value: ValueId): ValueId => mul(value, number(0.5));
  if (!approximate) {
    const share = half(add(number(1), builder.node("erf", [mul(x, number(Math.SQRT1_2))])));
    const density = builder.node("exp", [mul(mul(x, x), number(-0.5))]);
    return mul(g, add(share, mul(x, mul(density, number(1 / Math.sqrt(2 * Math.PI))))));
  }
  const square = mul(x, x);
  const t = builder.node("tanh", [mul(number(slope), mul(x, add(number(1), mul(square, number(cubic)))))]);
  const inner = mul(number(slope), add(number(1), mul(square, number(3 * cubic))));
  return mul(g, half(add(add(number(1), t), mul(x, mul(sub(number(1), mul(t, t)), inner)))));
}

function lower(onnx: OnnxBuilder, { inputs: [x = ""], outputs }: OnnxSite, { approximate }: GeluAttributes): void {
  if (onnx.opset >= 20) {
    onnx.node("Gelu", [x], { approximate: approximate ? "tanh" : "none" }, outputs);
    return;
  }
  const one = (op: string, inputs: readonly string[]): string => onnx.node(op, inputs)[0] ?? "";
  const times = (value: string, factor: number): string => one("Mul", [value, onnx.floats(factor)]);
  let bend: string;
  if (approximate) {
    const square = one("Mul", [x, x]);
    const inner = one("Mul", [x, one("Add", [times(square, cubic), onnx.floats(1)])]);
    bend = one("Tanh", [times(inner, slope)]);
  } else bend = one("Erf", [times(x, Math.SQRT1_2)]);
  onnx.node("Mul", [times(x, 0.5), one("Add", [bend, onnx.floats(1)])], {}, outputs);
}

/** An ONNX op from opset 20 on; composed before. Work: an error function, or tanh and a cubic, and two products. */
export const gelu = shapedUnaryOp({
  name: "gelu",
  family: "activation",
  doc: "x * P(x), P the normal distribution's share below x (Hendrycks and Gimpel 2016).",
  attributes,
  parameters: {
    approximate: parameterOf(attributes.approximate, { default: false }),
  },
  value: geluOf,
  workPerElement: { exponentials: 1, multiplies: 8, adds: 6, divisions: 1 },
  gradient: (builder, { input }, g, attributes) => gradientOf(builder, input, g, attributes),
  readOnnx: [
    { nodeTypes: ["lfer.GeluTanh"], read: (site) => site.make([site.tensor(0)], { approximate: true }) },
    {
      nodeTypes: ["Gelu"],
      read: (site) => {
        const approximate = site.attributes.text("approximate", "none");
        if (approximate !== "none" && approximate !== "tanh")
          return site.refuse(`it is approximated by "${approximate}", which lferc does not know`);
        return site.make([site.tensor(0)], { approximate: approximate === "tanh" });
      },
    },
  ],
  lowerToOnnx: lower,
  lowerToTorch: torchCall("F.gelu", ({ approximate }) => (approximate ? { approximate: '"tanh"' } : {})),
  lowerToTfjs: elementwise((k, [given], { approximate }, tfjs) => {
    const x = given as Register;
    const bend = (): Register => {
      if (!approximate) return tfjs.kernel("Erf", { x: k.mul(x, k.number(Math.SQRT1_2)) });
      const inner = k.add(x, k.mul(k.mul(x, k.mul(x, x)), k.number(cubic)));
      return tfjs.kernel("Tanh", { x: k.mul(inner, k.number(slope)) });
    };
    return k.mul(k.mul(x, k.number(0.5)), k.add(k.number(1), bend()));
  }),
});
