import { isProblem } from "../diagnostics/diagnostic.js";
import { type Dim, elementCount, type TensorType } from "../ir/shape.js";
import { naturalChannels } from "./channel-use.js";
import { defineOp, notDifferentiable, type Tensor, work } from "./contracts.js";
import { floatProblem } from "./dtype-rules.js";
import { lowerFirstMaxima } from "./first-maxima.js";
import { notReadBack } from "./onnx-node.js";
import { forEachWindow, inferPoolTypes, poolAttributes, poolWindow } from "./pooling.js";
import { pooled, sliding, stamped } from "./spatial.js";
import { mapSizeOf, poolTold } from "./tfjs/average-windows.js";
import { nhwc, storedSizes } from "./tfjs/layout.js";
import { cutPadding, paddedWindow, padMap } from "./tfjs/window.js";
import { leftToAutograd } from "./torch/lowering.js";
import { type Pair, windowProblem } from "./window-arithmetic.js";

/** Each window's gradient goes to its first maximum, in row-major order (PyTorch's tie rule). */
export const maxPoolInputGradient = defineOp({
  name: "max_pool_input_gradient",
  family: "training",
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
    for (const [name, { shape }] of Object.entries({ output, result_gradient: g })) {
      const outer = [batch as Dim, channels as Dim] as const;
      const misfit = windowProblem(
        "max_pool_input_gradient",
        shape,
        outer,
        [height as number, width as number],
        poolWindow(a),
        name,
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
  readOnnx: notReadBack("no file of a training step is read"),
  lowerToOnnx: (onnx, { inputs: [x = "", y = "", g = ""], outputs, inputTypes }, a) => {
    const [map, pooled] = [inputTypes[0], inputTypes[2]].map((type) => (type as TensorType).shape);
    const [, channels, ...size] = map as readonly [Dim, number, number, number];
    const windows = pooled?.slice(2) as unknown as Pair;
    lowerFirstMaxima(onnx, { x, y, g, outputs }, { channels, size, windows }, a);
  },
  // TensorFlow's gradient goes to the first maximum in row-major order, as PyTorch's does.
  lowerToTorch: leftToAutograd,
  lowerToTfjs: (tfjs, { inputs: [x, y, g], outputs: [dx] }, a) => {
    const padded = paddedWindow(mapSizeOf(tfjs, x), a);
    const told = poolTold(a, padded);
    const [dy, map, output] = [tfjs.map(g), tfjs.map(x), tfjs.map(y)];
    // The forward pass has already computed the padded map, so the kernel need not pad.
    const input = padMap(tfjs, map, padded, Number.NEGATIVE_INFINITY);
    const made = tfjs.kernelOr("MaxPoolGrad", { dy, input, output }, told, { told, around: padded.around }, [map]);
    tfjs.set(dx, cutPadding(tfjs, made, padded, storedSizes(tfjs.sizesOf(x), nhwc)), nhwc);
  },
  window: () => undefined,
  // Whether a cell is the first maximum depends on all windows that contain it.
  spatial: (_, __, a) => {
    const [input] = pooled((axis) => sliding(axis + 2, 2 * a.kernel[axis] - 1, 1));
    const [result] = pooled((axis) => stamped(axis + 2, a.kernel[axis], a.stride[axis]));
    return [input ?? [], result ?? [], result ?? []];
  },
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: naturalChannels,
  probe: { kind: "none" },
  inPlace: false,
});
