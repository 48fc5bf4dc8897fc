import { isProblem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { defineOp, notDifferentiable, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { forEachWindow, inferPoolTypes, type PoolAttributes, poolAttributes, poolWindow } from "./pooling.js";
import { type Pair, uncoveredCells, windowProblem } from "./window-arithmetic.js";

/** The whole gradient of a window goes to its first maximum, row by row (PyTorch's tie rule). */
export const maxPoolInputGradient = defineOp<PoolAttributes>({
  name: "max_pool_input_gradient",
  doc: "The gradient of max_pool for its input, from its input, its result and the result's gradient.",
  inputs: [
    { name: "input", role: "tensor" },
    { name: "output", role: "tensor" },
    { name: "result_gradient", role: "tensor" },
  ],
  results: ["input_gradient"],
  attributes: poolAttributes,
  surfaces: [],
  slots: () => ({}),
  inferTypes: (inputs, a) => {
    const [input, output, g] = inputs as readonly [TensorType, TensorType, TensorType];
    const wrong = floatProblem("max_pool_input_gradient", inputs);
    if (wrong) return wrong;
    const pooled = inferPoolTypes("max_pool_input_gradient", input, a);
    if (isProblem(pooled)) return pooled;
    const [batch, channels, height, width] = input.shape;
    for (const { shape } of [output, g]) {
      const outer = [batch as Dim, channels as Dim] as const;
      const misfit = windowProblem(
        "max_pool_input_gradient",
        shape,
        outer,
        [height as number, width as number],
        poolWindow(a),
      );
      if (misfit) return misfit;
    }
    return [input];
  },
  work: ([, , g], _, a) => {
    const cells = elementCount((g as TensorType).shape) * a.kernel[0] * a.kernel[1];
    return work({ compares: cells, adds: elementCount((g as TensorType).shape) });
  },
  evaluate: (inputs, a) => {
    const [input, , g] = inputs as readonly [Tensor, Tensor, Tensor];
    const [, , height = 0, width = 0] = input.shape;
    const out = new Float64Array(input.data.length);
    forEachWindow(input.shape, a, (result, map, { rows, columns }) => {
      let [largest, at] = [Number.NEGATIVE_INFINITY, -1];
      for (let row = rows[0]; row < rows[1]; row++) {
        for (let column = columns[0]; column < columns[1]; column++) {
          const index = (map * height + row) * width + column;
          const x = input.data[index] as number;
          if (at < 0 || x > largest) [largest, at] = [x, index];
        }
      }
      out[at] = (out[at] as number) + (g.data[result] as number);
    });
    return [{ shape: input.shape, data: out }];
  },
  gradient: notDifferentiable("first order only"),
  /*
   * Plain ops that every provider has (MaxPool's Indices and ScatterElements are not among them): tap by tap, whether the
   * strided map equals the maximum and no earlier tap did; then a transposed convolution, whose filter for each tap is one
   * where the tap stands, lays the taps' shares out over the map.
   */
  lowerToOnnx: (onnx, { inputs: [x = "", y = "", g = ""], outputs, inputTypes }, a) => {
    const one = (op: string, inputs: readonly string[], attributes = {}): string =>
      onnx.node(op, inputs, attributes)[0] ?? "";
    const [, channels, height, width] = (inputTypes[0] as TensorType).shape as readonly [Dim, number, number, number];
    const [, , outHeight, outWidth] = (inputTypes[2] as TensorType).shape as readonly [Dim, number, number, number];
    const size: Pair = [height, width];
    const [top, left, bottom, right] = a.padding;
    const padded = a.padding.every((cells) => cells === 0)
      ? x
      : one("Pad", [x, onnx.int64s([0, 0, top, left, 0, 0, bottom, right]), onnx.floats(Number.NEGATIVE_INFINITY)], {
          mode: "constant",
        });
    const [kernelHeight, kernelWidth] = a.kernel;
    const taps = kernelHeight * kernelWidth;
    const shares: string[] = [];
    let unclaimed = g;
    for (let tap = 0; tap < taps; tap++) {
      const [u, v] = [Math.floor(tap / kernelWidth), tap % kernelWidth];
      const ends = [u + (outHeight - 1) * a.stride[0] + 1, v + (outWidth - 1) * a.stride[1] + 1];
      const seen = one("Slice", [
        padded,
        onnx.int64s([u, v]),
        onnx.int64s(ends),
        onnx.int64s([2, 3]),
        onnx.int64s(a.stride),
      ]);
      const share = one("Mul", [one("Cast", [one("Equal", [seen, y])], { to: 1 }), unclaimed]);
      if (tap + 1 < taps) unclaimed = one("Sub", [unclaimed, share]);
      shares.push(one("Reshape", [share, onnx.int64s([0, channels, 1, outHeight, outWidth])]));
    }
    const together = one("Concat", shares, { axis: 2 });
    const stacked = one("Reshape", [together, onnx.int64s([0, channels * taps, outHeight, outWidth])]);
    const places = Array.from({ length: taps * taps }, (_, i) => (Math.floor(i / taps) === i % taps ? 1 : 0));
    const perChannel = one("Reshape", [onnx.floats(places), onnx.int64s([1, taps, kernelHeight, kernelWidth])]);
    const everywhere = one("Expand", [perChannel, onnx.int64s([channels, taps, kernelHeight, kernelWidth])]);
    const filter = one("Reshape", [everywhere, onnx.int64s([channels * taps, 1, kernelHeight, kernelWidth])]);
    const attributes = {
      group: channels,
      kernel_shape: a.kernel,
      output_padding: uncoveredCells(size, poolWindow(a)),
      pads: a.padding,
      strides: a.stride,
    };
    onnx.node("ConvTranspose", [stacked, filter], attributes, outputs);
  },
  window: () => undefined,
  inPlace: false,
});
