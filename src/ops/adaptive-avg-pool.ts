import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { averagedCells, binMatrix, binMove, cellsSeen, evenWindow } from "./adaptive-bins.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { sizesOf } from "./gradient-arithmetic.js";
import { mapProblem } from "./map-problem.js";
import { poolsOfOneCell } from "./read-windows.js";
import {
  type AxisMatrix,
  evaluateSeparable,
  gradientOfSeparable,
  lowerSeparable,
  transposed,
} from "./separable-map.js";
import { pooled } from "./spatial.js";
import { surface } from "./surface.js";
import { mapSizeOf } from "./tfjs/average-windows.js";
import { nhwc } from "./tfjs/layout.js";
import { call, pair } from "./torch/python.js";

const attributes = attributesOf({ size: { kind: "ints", length: 2, min: 1, doc: "[height, width] of the result" } });

/**
 * PyTorch's AdaptiveAvgPool2d. If all bins have one size and do not overlap, it is an average pool; otherwise two matrix
 * products, y = R x C', in the ONNX file and in the gradient, dx = R' dy C.
 */
export const adaptiveAvgPool = defineOp({
  name: "adaptive_avg_pool",
  family: "pooling",
  doc: "The mean of each bin of a map cut into as many bins as the result has cells.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "adaptive_avg_pool",
      kind: "function",
      doc: "A map of the given size for any input: each cell is the mean of its part of the input.",
      inputs: ["input"],
      parameters: { size: parameterOf(attributes.size, { doc: "height and width of the result" }) },
      resolve: ({ size }) => ({ size }),
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { size }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = mapProblem("adaptive_avg_pool", input as TensorType, [2, 3]);
    return wrong ?? [{ dtype, shape: [shape[0] as Dim, shape[1] as Dim, ...size] }];
  },
  work: ([input], [output], { size }) => {
    const [, , height, width] = (input as TensorType).shape as readonly [Dim, Dim, number, number];
    const outputs = elementCount((output as TensorType).shape);
    const averaged = cellsSeen(height, size[0]) * cellsSeen(width, size[1]) * (outputs / (size[0] * size[1]));
    return work({ adds: averaged - outputs, divisions: outputs });
  },
  evaluate: ([input], { size }) => {
    const { shape } = input as Tensor;
    const [rows, columns] = [binMatrix(shape[2] ?? 0, size[0]), binMatrix(shape[3] ?? 0, size[1])];
    return [evaluateSeparable(input as Tensor, rows, columns)];
  },
  gradient: (builder, { inputs }, [g], { size }) => {
    const [, , height = 1, width = 1] = sizesOf(builder, inputs[0] as ValueId);
    const kernel = evenWindow([height, width], size);
    if (kernel !== undefined) {
      const pool = { kernel, stride: kernel, padding: [0, 0, 0, 0], count_include_pad: true, overhang: [0, 0] };
      return [builder.node("avg_pool_input_gradient", [g as ValueId], { ...pool, size: [height, width] })];
    }
    return [gradientOfSeparable(builder, g as ValueId, binMatrix(height, size[0]), binMatrix(width, size[1]))];
  },
  readOnnx: [poolsOfOneCell("AveragePool", (node) => node.attributes.int("count_include_pad", 0))],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs, inputTypes }, { size }) => {
    const [, , height, width] = (inputTypes[0] as TensorType).shape as readonly [Dim, Dim, number, number];
    const kernel = evenWindow([height, width], size);
    if (kernel !== undefined) {
      onnx.node("AveragePool", [x], { kernel_shape: kernel, strides: kernel }, outputs);
      return;
    }
    lowerSeparable(onnx, x, outputs, binMatrix(height, size[0]), binMatrix(width, size[1]));
  },
  // Bins of one size are a pool; others are two matrix products, R x C'.
  lowerToTorch: (site, { size }) => call("F.adaptive_avg_pool2d", [site.tensor(0), pair("size", size)]),
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }) => {
    const [size, results] = [mapSizeOf(tfjs, x), mapSizeOf(tfjs, y)];
    const kernel = evenWindow(size, results);
    if (kernel !== undefined) {
      const told = { filterSize: kernel, strides: kernel, pad: "valid" } as const;
      tfjs.set(y, tfjs.kernel("AvgPool", { x: tfjs.map(x) }, told), nhwc);
      return;
    }
    const matrix = ({ from, to, values }: AxisMatrix) => tfjs.constant(Float64Array.from(values), [to, from]);
    const a = matrix(binMatrix(size[0], results[0]));
    const b = matrix(transposed(binMatrix(size[1], results[1])));
    const flags = { transposeA: false, transposeB: false };
    const means = tfjs.kernel("BatchMatMul", { a, b: tfjs.plain(x) }, flags);
    tfjs.set(y, tfjs.kernel("BatchMatMul", { a: means, b }, flags));
  },
  // The bins depend on the map's size, so there is no window of fixed size.
  window: () => undefined,
  spatial: ([input], _, { size }) =>
    pooled((axis) => binMove(axis + 2, (input as TensorType).shape[axis + 2] as number, size[axis])),
  // Identity if there are as many bins as cells.
  isIdentity: () => true,
  facts: ([input], [output]) => ({ averagedCells: averagedCells(input, output) }),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
