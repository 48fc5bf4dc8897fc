import { problem } from "../diagnostics/diagnostic.js";
import { elementCount, type Shape, type TensorType } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type OnnxBuilder, type Tensor, work } from "./contracts.js";
import { convolveBack } from "./convolve.js";
import { fewPairs, isDepthwise, weightGradientByBands, weightGradientByPairs } from "./depthwise-products.js";
import { floatProblem } from "./dtype-rules.js";
import { notReadBack } from "./onnx-node.js";
import { reduceNode } from "./reduction.js";
import { everywhere } from "./spatial.js";
import type { Register } from "./tfjs/builder.js";
import {
  cellsOf,
  convolutionOf,
  convolutionTold,
  filterChannels,
  isPointwise,
  kernelsSideBySide,
  matrixProduct,
  setFilter,
  spanOf,
} from "./tfjs/convolution.js";
import { filterGradient } from "./tfjs/convolution-gradients.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { hwio } from "./tfjs/layout.js";
import { padMap } from "./tfjs/window.js";
import { leftToAutograd } from "./torch/lowering.js";
import { convolveAttributes, type Pair, uncoveredCells, windowProblem } from "./window-arithmetic.js";

const attributes = attributesOf({
  kernel: { kind: "ints", length: 2, min: 1, doc: "[height, width]" },
  ...convolveAttributes,
});

type Conv2dWeightGradientAttributes = AttributesOf<typeof attributes>;

interface Shapes {
  readonly input: readonly number[];
  readonly gradient: readonly number[];
}

/**
 * The weight gradient of a 1x1 convolution: a matrix product per sample, summed over samples. For deep, small maps, where
 * transposing both maps moves fewer numbers than those products have, one product over all positions of all samples.
 */
function lowerPointwise(onnx: OnnxBuilder, x: string, g: string, shapes: Shapes, outputs: readonly string[]): void {
  const [batch = 1, channels = 1, ...map] = shapes.input;
  const filters = shapes.gradient[1] as number;
  const cells = map.reduce((product, size) => product * size, 1);
  const one = (op: string, inputs: readonly string[], attributes = {}): string =>
    onnx.node(op, inputs, attributes)[0] ?? "";
  if ((filters + channels) * cells < filters * channels) {
    // Transposes both maps; the second Transpose is part of ONNX Runtime's product.
    const turned = (value: string, maps: number): string => {
      const flat = one("Reshape", [value, onnx.int64s([batch, maps, cells])]);
      return one("Reshape", [one("Transpose", [flat], { perm: [1, 0, 2] }), onnx.int64s([maps, batch * cells])]);
    };
    const [left, right] = [turned(g, filters), turned(x, channels)];
    const product = one("MatMul", [left, one("Transpose", [right], { perm: [1, 0] })]);
    onnx.node("Reshape", [product, onnx.int64s([filters, channels, 1, 1])], {}, outputs);
    return;
  }
  const rows = one("Reshape", [g, onnx.int64s([batch, filters, cells])]);
  const columns = one("Transpose", [one("Reshape", [x, onnx.int64s([batch, channels, cells])])], { perm: [0, 2, 1] });
  const product = one("MatMul", [rows, columns]);
  const sum = reduceNode(onnx, { type: "ReduceSum", axesInputSince: 13 }, product, [0], false);
  onnx.node("Reshape", [sum, onnx.int64s([filters, channels, 1, 1])], {}, outputs);
}

/**
 * The weight gradient as a convolution with dy as filter: batch and channels are exchanged, and so are stride and dilation. The
 * groups of x and dy become groups of that convolution: x as [C/g, g*N, H, W], dy as [O, N, h, w].
 */
function lowerAsConvolution(
  onnx: OnnxBuilder,
  x: string,
  g: string,
  shapes: Shapes,
  a: Conv2dWeightGradientAttributes,
  outputs: readonly string[],
): void {
  const [batch = 1, channels = 1, height = 1, width = 1] = shapes.input;
  const [, , outHeight = 1, outWidth = 1] = shapes.gradient;
  const perGroup = channels / a.groups;
  const one = (op: string, inputs: readonly string[], attributes = {}): string =>
    onnx.node(op, inputs, attributes)[0] ?? "";
  const grouped = one("Reshape", [x, onnx.int64s([batch, a.groups, perGroup, height, width])]);
  const turned = one("Transpose", [grouped], { perm: [2, 1, 0, 3, 4] });
  const input = one("Reshape", [turned, onnx.int64s([perGroup, a.groups * batch, height, width])]);
  const filter = one("Transpose", [g], { perm: [1, 0, 2, 3] });
  const kernel = [outHeight, outWidth];
  // The last rows and columns that no window reached belong to no tap: smaller padding or a Slice removes them.
  const [restDown, restRight] = uncoveredCells(shapes.input.slice(2) as unknown as Pair, a);
  const [top, left, bottom, right] = a.padding;
  const pads = [top, left, Math.max(0, bottom - restDown), Math.max(0, right - restRight)];
  const [cutDown, cutRight] = [Math.max(0, restDown - bottom), Math.max(0, restRight - right)];
  const seen =
    cutDown + cutRight === 0
      ? input
      : one("Slice", [
          input,
          onnx.int64s([0, 0]),
          onnx.int64s([height - cutDown, width - cutRight]),
          onnx.int64s([2, 3]),
        ]);
  const attributes = { dilations: a.stride, group: a.groups, kernel_shape: kernel, pads, strides: a.dilation };
  onnx.node("Transpose", [one("Conv", [seen, filter], attributes)], { perm: [1, 0, 2, 3] }, outputs);
}

/** dw[o, c, u, v] = sum over n, i, j of dy[n, o, i, j] * x[n, group + c, i*s + u*d - p, j*s + v*d - p]. */
export const conv2dWeightGradient = defineOp({
  name: "conv2d_weight_gradient",
  family: "training",
  doc: "The gradient of conv2d for its weight, from its input and its result's gradient.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "result_gradient", role: "tensor" },
  ],
  results: ["weight_gradient"],
  attributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: (inputs, a) => {
    const [input, g] = inputs as readonly [TensorType, TensorType];
    const op = "conv2d_weight_gradient";
    const wrong = floatProblem(op, inputs);
    if (wrong) return wrong;
    for (const { shape } of inputs) {
      if (shape.length !== 4) return problem("shape/wrong-rank", { op, expected: 4, actual: shape }, "input");
      const moving = shape.findIndex((dim) => typeof dim !== "number");
      if (moving >= 0) return problem("shape/needs-fixed-size", { op, axis: moving, actual: shape }, "input");
    }
    const [batch = 1, channels = 1, height, width] = input.shape as readonly number[];
    const filters = g.shape[1] as number;
    for (const amount of [channels, filters]) {
      const why = "channels are cut into groups";
      if (amount % a.groups !== 0) {
        return problem("shape/not-divisible", { what: `${op}'s channels`, amount, by: a.groups, why }, "groups");
      }
    }
    const misfit = windowProblem(op, g.shape, [batch, filters], [height as number, width as number], a);
    return misfit ?? [{ dtype: g.dtype, shape: [filters, channels / a.groups, ...a.kernel] satisfies Shape }];
  },
  work: ([, g], [output]) => {
    const weights = elementCount((output as TensorType).shape);
    const [batch, , ...map] = (g as TensorType).shape;
    const products = elementCount([batch ?? 1, ...map]);
    return work({ multiplies: weights * products, adds: weights * (products - 1) });
  },
  evaluate: (inputs, a) => {
    const [x, g] = inputs as readonly [Tensor, Tensor];
    const shape = [g.shape[1] as number, (x.shape[1] as number) / a.groups, ...a.kernel];
    return [convolveBack.forWeight(x, { shape, data: new Float64Array() }, g, a)];
  },
  gradient: notDifferentiable("first order only"),
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, { inputs: [x = "", g = ""], outputs, inputTypes }, a) => {
    const [input, gradient] = inputTypes.map(({ shape }) => shape as readonly number[]);
    const shapes: Shapes = { input: input ?? [], gradient: gradient ?? [] };
    const isPointwise =
      a.groups === 1 &&
      [...a.kernel, ...a.stride].every((size) => size === 1) &&
      a.padding.every((cells) => cells === 0);
    const depthwise = { input: shapes.input, result: shapes.gradient, kernel: a.kernel };
    if (isPointwise) lowerPointwise(onnx, x, g, shapes, outputs);
    else if (isDepthwise(depthwise, a) && fewPairs(depthwise)) weightGradientByPairs(onnx, x, g, depthwise, a, outputs);
    else if (isDepthwise(depthwise, a)) weightGradientByBands(onnx, x, g, depthwise, a, outputs);
    else lowerAsConvolution(onnx, x, g, shapes, a, outputs);
  },
  lowerToTorch: leftToAutograd,
  lowerToTfjs: (tfjs, { inputs: [x, g], outputs: [dw] }, a) => {
    const conv = convolutionOf(tfjs.sizesOf(x), tfjs.sizesOf(dw), tfjs.sizesOf(g), a);
    const [inputs, outputs] = conv.channels;
    if (isPointwise(conv)) {
      const map = { register: tfjs.map(x), sizes: [cellsOf(conv), inputs], turned: true } as const;
      const slope = { register: tfjs.map(g), sizes: [cellsOf(conv), outputs] } as const;
      tfjs.set(dw, matrixProduct(tfjs, map, slope, [1, 1, ...conv.channels]), hwio);
      return;
    }
    const k = kernelsOf(tfjs);
    const groups = kernelsSideBySide(conv);
    const maps = k.parts(padMap(tfjs, tfjs.map(x), conv.padded), groups, 3, inputs);
    const slopes = k.parts(tfjs.map(g), groups, 3, outputs);
    const [inner, filters] = filterChannels(conv);
    const gradient = {
      told: convolutionTold(conv),
      input: [conv.batch, ...conv.padded.size, inputs / groups],
      filter: [...spanOf(conv), inner, filters / groups],
    } as const;
    const results = maps.map((map, i) =>
      filterGradient(tfjs, conv.isDepthwise, [map, slopes[i] as Register], gradient),
    );
    setFilter(tfjs, dw, k.concat(results, 3), conv);
  },
  window: () => undefined,
  spatial: everywhere,
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
