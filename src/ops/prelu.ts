import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { viewAlong } from "./axes.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { countOf } from "./expand.js";
import { arithmetic, reshapeTo, sizesOf, sumToSizes } from "./gradient-arithmetic.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { call, int } from "./torch/python.js";
import { channelsOf } from "./torch/window-padding.js";

const attributes = attributesOf({
  per_channel: { kind: "bool", doc: "whether each channel (axis 1) has its own slope" },
});

/** The slopes' sizes for broadcasting with the input: one number, or one per channel (axis 1). */
const slopeSizes = (rank: number, slopes: number): readonly number[] =>
  slopes === 1 ? [1] : [slopes, ...new Array<number>(Math.max(0, rank - 2)).fill(1)];

/** PyTorch's tie rule: at 0 the gradient is that of the negative branch. */
export const prelu = defineOp({
  name: "prelu",
  family: "activation",
  doc: "x where it is positive, a learnt slope times x elsewhere (He et al. 2015).",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "weight", role: "parameter" },
  ],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "prelu",
      kind: "block",
      doc: "x where it is positive, a learnt slope times x elsewhere.",
      inputs: ["input"],
      parameters: {
        per_channel: parameterOf(attributes.per_channel, {
          default: false,
          doc: "whether each channel has its own slope",
        }),
      },
      resolve: ({ per_channel }) => ({ per_channel }),
    }),
  ],
  // PyTorch PReLU: 0.25.
  slots: ([input], { per_channel }) => {
    const slopes = per_channel ? ((input as TensorType).shape[1] as number) : 1;
    return { weight: { type: { dtype: "float32", shape: [slopes] }, initializer: { kind: "constant", value: 0.25 } } };
  },
  inferTypes: ([input], { per_channel }) => {
    const { shape } = input as TensorType;
    const wrong = floatProblem("prelu", [input as TensorType]);
    if (wrong) return wrong;
    if (per_channel && shape.length < 2) {
      return problem("shape/wrong-rank", { op: "prelu", expected: "two or more", actual: shape }, "input");
    }
    if (per_channel && typeof shape[1] !== "number") {
      return problem("shape/needs-fixed-size", { op: "prelu", axis: 1, actual: shape }, "input");
    }
    return [input as TensorType];
  },
  work: ([input]) => {
    const elements = elementCount((input as TensorType).shape);
    return work({ compares: elements, multiplies: elements });
  },
  evaluate: (inputs) => {
    const [{ shape, data }, weight] = inputs as readonly [Tensor, Tensor];
    const { length, inner } = viewAlong(shape, 1);
    const slopeAt = (i: number): number =>
      weight.data[weight.data.length === 1 ? 0 : Math.floor(i / inner) % length] as number;
    return [{ shape, data: data.map((x, i) => (x > 0 ? x : slopeAt(i) * x)) }];
  },
  gradient: (builder, { inputs }, [g]) => {
    const [x, weight] = inputs as readonly [ValueId, ValueId];
    const { add, mul, number, sub } = arithmetic(builder);
    const [slopes = 1] = sizesOf(builder, weight);
    const sizes = slopeSizes(sizesOf(builder, x).length, slopes);
    const positive = builder.node("inside", [x], { low: 0, high: Number.POSITIVE_INFINITY, closed: false });
    const negative = sub(number(1), positive);
    const forInput = mul(g as ValueId, add(positive, mul(negative, reshapeTo(builder, weight, sizes))));
    const forWeight = sumToSizes(builder, mul(g as ValueId, mul(negative, x)), sizes);
    return [forInput, reshapeTo(builder, forWeight, [slopes])];
  },
  readOnnx: [
    {
      nodeTypes: ["PRelu"],
      read: (site) => {
        const slope = site.fixed(1);
        if (slope === undefined) return site.refuse("its slope is not fixed in the file");
        const [count, x] = [countOf(slope.dims), site.tensor(0)];
        if (isProblem(x)) return x;
        // In ONNX slopes broadcast from the last axis: one per channel needs the map's axes after it.
        const inner = site.typeOf(x).shape.length - 2;
        const behind = slope.dims.slice(slope.dims.length - inner);
        const isByChannel = slope.dims.length > inner && behind.every((dim) => dim === 1);
        if (count > 1 && !isByChannel) {
          return site.refuse(`its slope [${slope.dims.join(", ")}] is not one for each channel`);
        }
        return site.make([x, site.weight(1, "parameter", [count])], { per_channel: count > 1 });
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = "", weight = ""], outputs, inputTypes }) => {
    const [input, slope] = inputTypes as readonly [TensorType, TensorType];
    const sizes = slopeSizes(input.shape.length, slope.shape[0] as number);
    const spread = sizes.length === 1 ? weight : (onnx.node("Reshape", [weight, onnx.int64s(sizes)])[0] ?? "");
    onnx.node("PRelu", [x, spread], {}, outputs);
  },
  lowerToTorch: {
    layer: ([input], { per_channel }) => call("nn.PReLU", per_channel ? [int("channels", channelsOf(input))] : []),
  },
  lowerToTfjs: (tfjs, { inputs: [x, weight], outputs: [y] }) => {
    const k = kernelsOf(tfjs);
    const [layout, held] = [tfjs.layoutOf(x), tfjs.asHeld(x)];
    const [slopes = 1] = tfjs.sizesOf(weight);
    const spread = layout.map((axis) => (axis === 1 ? slopes : 1));
    const slope = tfjs.reshape(tfjs.plain(weight), spread);
    const isPositive = tfjs.kernel("Greater", { a: held, b: k.number(0) });
    tfjs.set(y, k.select(isPositive, held, k.mul(held, slope)), layout);
  },
  window: () => undefined,
  spatial: (inputs, outputs) => cellByCell(inputs.slice(0, 1), outputs),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: (_, a) => (a.per_channel ? { kind: "own", results: 1, withChannels: () => a } : { kind: "free" }),
  probe: { kind: "factors", low: 0.1, high: 0.5, scales: false },
  inPlace: true,
});
