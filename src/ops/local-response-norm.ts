import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { viewAlong } from "./axes.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { arithmetic, reshapeTo, sizesOf } from "./gradient-arithmetic.js";
import { mapProblem } from "./map-problem.js";
import { alongAxes, sliding } from "./spatial.js";
import { surface } from "./surface.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { nhwc } from "./tfjs/layout.js";
import { torchCall } from "./torch/plain-forms.js";
import { float, int } from "./torch/python.js";

const attributes = attributesOf({
  size: { kind: "int", min: 1, doc: "how many channels around each are summed over" },
  alpha: { kind: "float", doc: "weight of the mean square" },
  beta: { kind: "float", doc: "exponent" },
  k: { kind: "float", doc: "added to the mean square" },
});

/** The channels `[from, to)` around one, as in PyTorch: size / 2, rounded down, before it, the rest after it. */
function channelsAround(channel: number, channels: number, size: number): readonly [number, number] {
  const from = channel - Math.floor(size / 2);
  return [Math.max(0, from), Math.min(channels, from + size)];
}

/** Which channels each channel sums over: a [channels, channels] matrix of 1 and 0, row-major, or its transpose. */
export function band(channels: number, size: number, isTurned: boolean): readonly number[] {
  const values = new Array<number>(channels * channels).fill(0);
  for (let channel = 0; channel < channels; channel++) {
    const [from, to] = channelsAround(channel, channels, size);
    for (let other = from; other < to; other++) {
      values[isTurned ? other * channels + channel : channel * channels + other] = 1;
    }
  }
  return values;
}

/** PyTorch's LocalResponseNorm. */
export const localResponseNorm = defineOp({
  name: "local_response_norm",
  family: "norm",
  doc: "x / (k + alpha / size * sum of x^2 over the channels around)^beta (Krizhevsky et al. 2012).",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "local_response_norm",
      kind: "function",
      doc: "Divides by a norm over neighbouring channels at the same position (AlexNet).",
      inputs: ["input"],
      parameters: {
        size: parameterOf(attributes.size),
        alpha: parameterOf(attributes.alpha, { default: 1e-4 }),
        beta: parameterOf(attributes.beta, { default: 0.75 }),
        k: parameterOf(attributes.k, { default: 1 }),
      },
      resolve: (args) => args,
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input]) => mapProblem("local_response_norm", input as TensorType, [1, 2, 3]) ?? [input as TensorType],
  work: ([input], _, { size }) => {
    const elements = elementCount((input as TensorType).shape);
    // The square and the weight; the sum; a power as the exponential of a logarithm.
    return work({
      multiplies: 3 * elements,
      adds: size * elements,
      exponentials: elements,
      logarithms: elements,
      divisions: elements,
    });
  },
  evaluate: ([input], { size, alpha, beta, k }) => {
    const { shape, data } = input as Tensor;
    const { length, inner } = viewAlong(shape, 1);
    const out = data.map((x, i) => {
      const channel = Math.floor(i / inner) % length;
      const [from, to] = channelsAround(channel, length, size);
      let sum = 0;
      for (let other = from; other < to; other++) sum += (data[i + (other - channel) * inner] as number) ** 2;
      return x / (k + (alpha / size) * sum) ** beta;
    });
    return [{ shape, data: out }];
  },
  // With d the base: g d^-beta - 2 alpha beta / size x B'(g x d^(-beta - 1)).
  gradient: (builder, { inputs }, [g], { size, alpha, beta, k }) => {
    const [x] = inputs as readonly [ValueId];
    const { add, mul, number, sub } = arithmetic(builder);
    const sizes = sizesOf(builder, x);
    const [batch = 1, channels = 1, height = 1, width = 1] = sizes;
    const around = (value: ValueId, isTurned: boolean): ValueId => {
      const matrix = builder.node("constant", [], {
        shape: [channels, channels],
        values: band(channels, size, isTurned),
      });
      const flat = reshapeTo(builder, value, [batch, channels, height * width]);
      return reshapeTo(builder, builder.node("matmul", [matrix, flat]), sizes);
    };
    const power = (base: ValueId, exponent: number): ValueId => builder.node("pow", [base, number(exponent)]);
    const base = add(number(k), mul(number(alpha / size), around(mul(x, x), false)));
    const inner = around(mul(mul(g as ValueId, x), power(base, -beta - 1)), true);
    return [sub(mul(g as ValueId, power(base, -beta)), mul(number((2 * alpha * beta) / size), mul(x, inner)))];
  },
  readOnnx: [
    {
      nodeTypes: ["LRN"],
      read: (site) =>
        site.make([site.tensor(0)], {
          size: site.attributes.int("size", 1),
          alpha: site.attributes.float("alpha", 1e-4),
          beta: site.attributes.float("beta", 0.75),
          k: site.attributes.float("bias", 1),
        }),
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs, inputTypes }, { size, alpha, beta, k }) => {
    if (size % 2 === 1) {
      const attributes = { alpha: { float: alpha }, beta: { float: beta }, bias: { float: k }, size };
      onnx.node("LRN", [x], attributes, outputs);
      return;
    }
    // For an even size, ONNX's window is one channel off from PyTorch's: a 1x1 convolution with the band matrix is exact.
    const one = (op: string, inputs: readonly string[], attributes = {}): string =>
      onnx.node(op, inputs, attributes)[0] ?? "";
    const channels = (inputTypes[0] as TensorType).shape[1] as number;
    const filter = one("Reshape", [onnx.floats(band(channels, size, false)), onnx.int64s([channels, channels, 1, 1])]);
    const sum = one("Conv", [one("Mul", [x, x]), filter], { kernel_shape: [1, 1] });
    const base = one("Add", [one("Mul", [sum, onnx.floats(alpha / size)]), onnx.floats(k)]);
    onnx.node("Div", [x, one("Pow", [base, onnx.floats(beta)])], {}, outputs);
  },
  // Sums over neighbouring channels are a product with a band matrix.
  lowerToTorch: torchCall("F.local_response_norm", ({ size, alpha, beta, k }) => ({
    size: int("size", size),
    alpha: [float("alpha", alpha), "1e-4"],
    beta: [float("beta", beta), "0.75"],
    k: [float("k", k), "1.0"],
  })),
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { size, alpha, beta, k: added }) => {
    const k = kernelsOf(tfjs);
    const [batch = 1, channels = 1, height = 1, width = 1] = tfjs.sizesOf(x);
    const map = tfjs.map(x);
    const a = tfjs.reshape(k.mul(map, map), [batch * height * width, channels]);
    const b = tfjs.constant(Float32Array.from(band(channels, size, false)), [channels, channels]);
    const sums = tfjs.kernel("BatchMatMul", { a, b }, { transposeA: false, transposeB: true });
    const around = tfjs.reshape(sums, [batch, height, width, channels]);
    const base = k.add(k.mul(around, k.number(alpha / size)), k.number(added));
    tfjs.set(y, k.div(map, tfjs.kernel("Pow", { a: base, b: k.number(beta) })), nhwc);
  },
  window: () => undefined,
  spatial: (inputs, _, { size }) => alongAxes(inputs, (axis) => (axis === 1 ? sliding(1, size, 1) : undefined)),
  isIdentity: () => false,
  facts: (_, __, { size }) => ({ windowCells: size }),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
