import { isProblem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { evaluatePool, inferPoolTypes, poolAttributes, poolParameters, poolWindow, resolvePool } from "./pooling.js";
import { asBefore, asMap, poolOf } from "./read-windows.js";
import { pooled, sliding } from "./spatial.js";
import { surface } from "./surface.js";
import { mapSizeOf, poolTold } from "./tfjs/average-windows.js";
import { nhwc } from "./tfjs/layout.js";
import { paddedWindow, padMap } from "./tfjs/window.js";
import { call, type NamedArguments } from "./torch/python.js";
import { beforeCeiling, evenPadding, isPoolPadding, paddedMap, poolArguments } from "./torch/window-padding.js";
import type { Pair } from "./window-arithmetic.js";

/** Padding counts as minus infinity. PyTorch's tie rule: the first maximum, in row-major order, gets the gradient. */
export const maxPool = defineOp({
  name: "max_pool",
  family: "pooling",
  doc: "The largest cell of each window.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: poolAttributes,
  surfaces: [
    surface({
      name: "max_pool",
      kind: "function",
      doc: "The largest cell of each window.",
      inputs: ["input"],
      parameters: poolParameters,
      resolve: (args, inputs) => {
        const pool = resolvePool(args, inputs);
        if (isProblem(pool)) return pool;
        // Padding never wins, whatever its purpose.
        const { overhang: _, ...attributes } = pool;
        return attributes;
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], a) => inferPoolTypes("max_pool", input as TensorType, a),
  work: (_, [output], a) =>
    work({ compares: elementCount((output as TensorType).shape) * (a.kernel[0] * a.kernel[1] - 1) }),
  evaluate: ([input], a) => {
    const largest = (joined: number, x: number): number => Math.max(joined, x);
    return [evaluatePool(input as Tensor, a, Number.NEGATIVE_INFINITY, largest, (joined) => joined)];
  },
  gradient: (builder, { inputs, outputs }, [g], a) => [
    builder.node("max_pool_input_gradient", [inputs[0] as ValueId, outputs[0] as ValueId, g as ValueId], a),
  ],
  readOnnx: [
    {
      nodeTypes: ["MaxPool"],
      read: (site) => {
        // The order of the indices, a second result that lferc does not produce.
        site.attributes.pass("storage_order");
        const [x, pool] = [site.tensor(0), poolOf(site)];
        if (isProblem(x)) return x;
        if (isProblem(pool)) return pool;
        const { kernel, stride, padding } = pool;
        return asBefore(site, site.make([asMap(site, x)], { kernel, stride, padding }), site.typeOf(x).shape.length);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, a) => {
    onnx.node("MaxPool", inputs, { kernel_shape: a.kernel, pads: a.padding, strides: a.stride }, outputs);
  },
  lowerToTorch: (site, a) => {
    const [x, { shape }] = [site.tensor(0), site.inputTypes[0] as TensorType];
    const pooled = (map: string, padding: Pair, ceil: NamedArguments = {}): string =>
      call("F.max_pool2d", [map], { ...poolArguments({ ...a, padding }), ...ceil });
    const even = evenPadding(a.padding) ?? beforeCeiling(a, shape);
    if (even !== undefined && isPoolPadding(even, a.kernel)) {
      return pooled(x, even, evenPadding(a.padding) ? {} : { ceil_mode: "True" });
    }
    return pooled(paddedMap(x, a.padding, { value: 'float("-inf")' }), [0, 0]);
  },
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, a) => {
    const padded = paddedWindow(mapSizeOf(tfjs, x), a);
    const map = padMap(tfjs, tfjs.map(x), padded, Number.NEGATIVE_INFINITY);
    tfjs.set(y, tfjs.kernel("MaxPool", { x: map }, poolTold(a, padded)), nhwc);
  },
  window: poolWindow,
  spatial: (_, __, a) => pooled((axis) => sliding(axis + 2, a.kernel[axis], a.stride[axis])),
  isIdentity: () => false,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: false,
});
