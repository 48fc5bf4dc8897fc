import type { ValueId } from "../ir/graph.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { binMove, binsOf, cellsSeen, evenWindow } from "./adaptive-bins.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type GradientBuilder, type OnnxBuilder, type Tensor, work } from "./contracts.js";
import { arithmetic, sizesOf } from "./gradient-arithmetic.js";
import { mapProblem } from "./map-problem.js";
import { poolsOfOneCell } from "./read-windows.js";
import { reduceNode } from "./reduction.js";
import { pooled } from "./spatial.js";
import { surface } from "./surface.js";
import { mapSizeOf } from "./tfjs/average-windows.js";
import type { Register } from "./tfjs/builder.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { nhwc } from "./tfjs/layout.js";
import { call, pair } from "./torch/python.js";
import type { Pair } from "./window-arithmetic.js";

const attributes = attributesOf({ size: { kind: "ints", length: 2, min: 1, doc: "[height, width] of the result" } });

const pool = (kernel: Pair) => ({ kernel, stride: kernel, padding: [0, 0, 0, 0] });

/** The gradient, bin by bin: slice the bin, take the gradient of a max pool with one window, and pad it back to its place. */
function gradientOfBins(builder: GradientBuilder, x: ValueId, y: ValueId, g: ValueId, size: Pair): ValueId {
  const { add } = arithmetic(builder);
  const [, , height = 1, width = 1] = sizesOf(builder, x);
  const cut = (value: ValueId, [top, bottom]: Pair, [left, right]: Pair): ValueId => {
    const rows = builder.node("slice", [value], { axis: 2, from: top, to: bottom });
    return builder.node("slice", [rows], { axis: 3, from: left, to: right });
  };
  const shares = binsOf(height, size[0]).flatMap((rows, i) =>
    binsOf(width, size[1]).map((columns, j) => {
      const at = [[i, i + 1] as const, [j, j + 1] as const] as const;
      const cells = cut(x, rows, columns);
      const kernel = [rows[1] - rows[0], columns[1] - columns[0]] as const;
      const operands = [cells, cut(y, ...at), cut(g, ...at)];
      const share = builder.node("max_pool_input_gradient", operands, pool(kernel));
      const padding = [rows[0], columns[0], height - rows[1], width - columns[1]];
      return builder.node("pad", [share], { padding, value: 0 });
    }),
  );
  return shares.reduce(add);
}

/** The maximum of each bin along one axis. */
function largestOfBins(onnx: OnnxBuilder, x: string, axis: number, bins: readonly Pair[], outputs?: readonly string[]) {
  const parts = bins.map(([from, to]) => {
    const cut = [x, onnx.int64s([from]), onnx.int64s([to]), onnx.int64s([axis])];
    const [cells = ""] = onnx.node("Slice", cut);
    return reduceNode(onnx, { type: "ReduceMax", axesInputSince: 18 }, cells, [axis], true);
  });
  return onnx.node("Concat", parts, { axis }, outputs)[0] ?? "";
}

/**
 * PyTorch's AdaptiveMaxPool2d. If all bins have one size and do not overlap, it is a max pool; otherwise bins are sliced out
 * one by one. The first maximum of a bin, in row-major order, gets the gradient.
 */
export const adaptiveMaxPool = defineOp({
  name: "adaptive_max_pool",
  family: "pooling",
  doc: "The largest cell of each bin of a map cut into as many bins as the result has cells.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "adaptive_max_pool",
      kind: "function",
      doc: "A map of the given size for any input: each cell is the maximum of its part of the input.",
      inputs: ["input"],
      parameters: { size: parameterOf(attributes.size, { doc: "height and width of the result" }) },
      resolve: ({ size }) => ({ size }),
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { size }) => {
    const { dtype, shape } = input as TensorType;
    const wrong = mapProblem("adaptive_max_pool", input as TensorType, [2, 3]);
    return wrong ?? [{ dtype, shape: [shape[0] as Dim, shape[1] as Dim, ...size] }];
  },
  work: ([input], [output], { size }) => {
    const [, , height, width] = (input as TensorType).shape as readonly [Dim, Dim, number, number];
    const outputs = elementCount((output as TensorType).shape);
    const maps = outputs / (size[0] * size[1]);
    return work({ compares: cellsSeen(height, size[0]) * cellsSeen(width, size[1]) * maps - outputs });
  },
  evaluate: ([input], { size }) => {
    const { shape, data } = input as Tensor;
    const [batch = 1, channels = 1, height = 1, width = 1] = shape;
    const [rows, columns] = [binsOf(height, size[0]), binsOf(width, size[1])];
    const out = new Float64Array(batch * channels * size[0] * size[1]);
    let at = 0;
    for (let map = 0; map < batch * channels; map++) {
      for (const [top, bottom] of rows) {
        for (const [left, right] of columns) {
          let largest = Number.NEGATIVE_INFINITY;
          for (let row = top; row < bottom; row++) {
            for (let column = left; column < right; column++) {
              largest = Math.max(largest, data[(map * height + row) * width + column] as number);
            }
          }
          out[at++] = largest;
        }
      }
    }
    return [{ shape: [batch, channels, ...size], data: out }];
  },
  gradient: (builder, { inputs: [x], outputs: [y] }, [g], { size }) => {
    const [, , height = 1, width = 1] = sizesOf(builder, x as ValueId);
    const kernel = evenWindow([height, width], size);
    if (kernel === undefined) return [gradientOfBins(builder, x as ValueId, y as ValueId, g as ValueId, size)];
    return [builder.node("max_pool_input_gradient", [x as ValueId, y as ValueId, g as ValueId], pool(kernel))];
  },
  readOnnx: [poolsOfOneCell("MaxPool", (node) => node.attributes.pass("storage_order"))],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs, inputTypes }, { size }) => {
    const [, , height, width] = (inputTypes[0] as TensorType).shape as readonly [Dim, Dim, number, number];
    const kernel = evenWindow([height, width], size);
    if (kernel !== undefined) {
      onnx.node("MaxPool", [x], { kernel_shape: kernel, strides: kernel }, outputs);
      return;
    }
    largestOfBins(onnx, largestOfBins(onnx, x, 2, binsOf(height, size[0])), 3, binsOf(width, size[1]), outputs);
  },
  // Bins of one size are a pool; others are sliced out one by one, first rows, then columns.
  lowerToTorch: (site, { size }) => call("F.adaptive_max_pool2d", [site.tensor(0), pair("size", size)]),
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }) => {
    const [size, results] = [mapSizeOf(tfjs, x), mapSizeOf(tfjs, y)];
    const kernel = evenWindow(size, results);
    if (kernel !== undefined) {
      const told = { filterSize: kernel, strides: kernel, pad: "valid" } as const;
      tfjs.set(y, tfjs.kernel("MaxPool", { x: tfjs.map(x) }, told), nhwc);
      return;
    }
    const k = kernelsOf(tfjs);
    const largest = (map: Register, axis: 1 | 2): Register => {
      const parts = binsOf(size[axis - 1] as number, results[axis - 1] as number).map(([from, to]) => {
        return k.max(k.cut(map, 4, axis, [from, to]), [axis]);
      });
      return tfjs.kernel("Concat", parts, { axis });
    };
    tfjs.set(y, largest(largest(tfjs.map(x), 1), 2), nhwc);
  },
  // The bins depend on the map's size, so there is no window of fixed size.
  window: () => undefined,
  spatial: ([input], _, { size }) =>
    pooled((axis) => binMove(axis + 2, (input as TensorType).shape[axis + 2] as number, size[axis])),
  // Identity if there are as many bins as cells.
  isIdentity: () => true,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
