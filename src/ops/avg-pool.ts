import { isProblem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import { parameterOf } from "./attributes.js";
import { divisors } from "./avg-pool-input-gradient.js";
import { freeOfChannels } from "./channel-use.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { sizesOf } from "./gradient-arithmetic.js";
import { padWith } from "./onnx-pad.js";
import { avgPoolAttributes, evaluatePool, inferPoolTypes, poolParameters, poolWindow, resolvePool } from "./pooling.js";
import { asBefore, asMap, poolOf } from "./read-windows.js";
import { pooled, sliding } from "./spatial.js";
import { surface } from "./surface.js";
import { byChannel, divisorOf, mapSizeOf, onesFor, poolTold, sumTold } from "./tfjs/average-windows.js";
import { kernelsOf } from "./tfjs/kernels.js";
import { nhwc } from "./tfjs/layout.js";
import { paddedWindow, padMap } from "./tfjs/window.js";
import { call, flag, infix, int, method, type NamedArguments } from "./torch/python.js";
import { beforeCeiling, evenPadding, isPoolPadding, paddedMap, poolArguments } from "./torch/window-padding.js";
import type { Pair } from "./window-arithmetic.js";

/**
 * PyTorch's AvgPool2d: padding counts as zeros in the mean unless `count_include_pad` is false (ONNX's default). The extra
 * padding of `ceil_mode` never counts.
 */
export const avgPool = defineOp({
  name: "avg_pool",
  family: "pooling",
  doc: "The mean of each window.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: avgPoolAttributes,
  surfaces: [
    surface({
      name: "avg_pool",
      kind: "function",
      doc: "The mean of each window.",
      inputs: ["input"],
      parameters: {
        ...poolParameters,
        count_include_pad: parameterOf(avgPoolAttributes.count_include_pad, { default: true }),
      },
      resolve: (args, inputs) => {
        const pool = resolvePool(args, inputs);
        return isProblem(pool) ? pool : { ...pool, count_include_pad: args.count_include_pad };
      },
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], a) => inferPoolTypes("avg_pool", input as TensorType, a),
  work: (_, [output], a) => {
    const outputs = elementCount((output as TensorType).shape);
    return work({ adds: outputs * (a.kernel[0] * a.kernel[1] - 1), divisions: outputs });
  },
  evaluate: ([input], a) => {
    const mean = (sum: number, inside: number, counted: number): number =>
      sum / (a.count_include_pad ? counted : inside);
    return [evaluatePool(input as Tensor, a, 0, (sum, x) => sum + x, mean)];
  },
  gradient: (builder, { inputs }, [g], a) => {
    const [, , height = 1, width = 1] = sizesOf(builder, inputs[0] as ValueId);
    return [builder.node("avg_pool_input_gradient", [g as ValueId], { ...a, size: [height, width] })];
  },
  readOnnx: [
    {
      nodeTypes: ["AveragePool"],
      read: (site) => {
        const [x, pool] = [site.tensor(0), poolOf(site)];
        if (isProblem(x)) return x;
        if (isProblem(pool)) return pool;
        const count_include_pad = site.attributes.int("count_include_pad", 0) === 1;
        const made = site.make([asMap(site, x)], { ...pool, count_include_pad });
        return asBefore(site, made, site.typeOf(x).shape.length);
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }, a) => {
    const hangsOver = a.overhang.some((cells) => cells > 0);
    const [top, left, bottom, right] = a.padding;
    const counted = [top, left, bottom - a.overhang[0], right - a.overhang[1]];
    const shape = { kernel_shape: a.kernel, strides: a.stride };
    const isPadded = counted.some((cells) => cells > 0);
    if (!(a.count_include_pad && hangsOver && isPadded)) {
      const count_include_pad = a.count_include_pad && !hangsOver ? 1 : 0;
      onnx.node("AveragePool", inputs, { count_include_pad, ...shape, pads: a.padding }, outputs);
      return;
    }
    // Padding that counts is added by a Pad node, the other padding by the pool: one node cannot distinguish the two.
    const pads = [0, 0, ...counted.slice(0, 2), 0, 0, ...counted.slice(2)];
    const padded = padWith(onnx, inputs[0] ?? "", pads, 0);
    onnx.node("AveragePool", padded, { count_include_pad: 0, ...shape, pads: [0, 0, ...a.overhang] }, outputs);
  },
  lowerToTorch: (site, a) => {
    const [x, { shape }] = [site.tensor(0), site.inputTypes[0] as TensorType];
    const counts = { count_include_pad: [flag("count_include_pad", a.count_include_pad), "True"] } as const;
    const pooled = (map: string, padding: Pair, more: NamedArguments): string =>
      call("F.avg_pool2d", [map], { ...poolArguments({ ...a, padding }), ...more });
    const hangsOver = a.overhang.some((cells) => cells > 0);
    const even = hangsOver ? beforeCeiling(a, shape) : evenPadding(a.padding);
    if (even !== undefined && isPoolPadding(even, a.kernel)) {
      return pooled(x, even, { ...counts, ...(hangsOver ? { ceil_mode: "True" } : {}) });
    }
    const whole = pooled(paddedMap(x, a.padding), [0, 0], {});
    if (a.count_include_pad && !hangsOver) return whole;
    // The share of each window that counts.
    const [top, left, bottom, right] = a.padding;
    const [down, across] = a.overhang;
    const ones = method(`${x}[:1, :1]`, "new_ones", [
      "1",
      "1",
      ...shape.slice(2).map((size) => int("size", size as number)),
    ]);
    const counted = a.count_include_pad
      ? paddedMap(paddedMap(ones, [top, left, bottom - down, right - across], { value: "1.0" }), [0, 0, down, across])
      : paddedMap(ones, a.padding);
    return infix("/", whole, pooled(counted, [0, 0], {}));
  },
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, a) => {
    const size = mapSizeOf(tfjs, x);
    const padded = paddedWindow(size, a);
    const map = padMap(tfjs, tfjs.map(x), padded);
    const divisor = divisorOf(tfjs, divisors({ ...a, size }));
    if (padded.pad === "valid" && divisor === tfjs.number(a.kernel[0] * a.kernel[1])) {
      tfjs.set(y, tfjs.kernel("AvgPool", { x: map }, poolTold(a, padded)), nhwc);
      return;
    }
    const [, channels = 1] = tfjs.sizesOf(x);
    const sums = byChannel(tfjs, map, channels, a.stride, (part, count, isDepthwise) => {
      const operands = { x: part, filter: onesFor(tfjs, a.kernel, count) };
      return tfjs.kernel(isDepthwise ? "DepthwiseConv2dNative" : "Conv2D", operands, sumTold(a, padded));
    });
    tfjs.set(y, kernelsOf(tfjs).div(sums, divisor), nhwc);
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
