/** Pools. TensorFlow's gradient of a maximum goes to the first one in row order, as PyTorch's does. */
import type { Node, ValueId } from "../../../ir/graph.js";
import type { Pair } from "../../../ops/window-arithmetic.js";
import { kernelsOf } from "./kernels.js";
import { nhwc } from "./layout.js";
import type { Register } from "./program.js";
import type { Lowering, TfjsSite } from "./site.js";
import { cutPadding, type Padded, paddedWindow, padMap, type WindowOf } from "./window.js";

interface Pool extends WindowOf {
  readonly count_include_pad?: boolean;
}

const poolOf = ({ attributes }: Node): Pool => attributes as unknown as Pool;

const mapSize = (site: TfjsSite, value: ValueId | undefined): Pair =>
  site.sizesOf(value as ValueId).slice(2) as unknown as Pair;

const told = ({ kernel, stride }: Pool, { pad }: Padded) => ({ filterSize: kernel, strides: stride, pad });

export const maxPool: Lowering = (site, node) => {
  const [pool, [x]] = [poolOf(node), node.inputs];
  const padded = paddedWindow(mapSize(site, x), pool);
  const map = padMap(site, site.map(x), padded, Number.NEGATIVE_INFINITY);
  site.set(node.outputs[0], site.writer.kernel("MaxPool", { x: map }, told(pool, padded)), nhwc);
};

export const maxPoolInputGradient: Lowering = (site, node) => {
  const [pool, [x, y, g]] = [poolOf(node), node.inputs];
  const padded = paddedWindow(mapSize(site, x), pool);
  const input = padMap(site, site.map(x), padded, Number.NEGATIVE_INFINITY);
  const made = site.writer.kernel("MaxPoolGrad", { dy: site.map(g), input, output: site.map(y) }, told(pool, padded));
  const [batch = 1, channels = 1, ...size] = site.sizesOf(x as ValueId);
  site.set(node.outputs[0], cutPadding(site, made, padded, [batch, ...size, channels]), nhwc);
};

/** Cells of each window that lie in the map, where they are not all of them, as [1, h, w, 1]. */
function cellsInside(site: TfjsSite, pool: Pool, size: Pair, results: Pair): Register {
  const count = (position: number, axis: 0 | 1): number => {
    const from = position * pool.stride[axis] - pool.padding[axis];
    return Math.min(size[axis], from + pool.kernel[axis]) - Math.max(0, from);
  };
  const counts = Float32Array.from(
    { length: results[0] * results[1] },
    (_, i) => count(Math.floor(i / results[1]), 0) * count(i % results[1], 1),
  );
  return site.writer.constant(counts, [1, ...results, 1]);
}

/** The number of cells that each window's sum is divided by. */
function divisor(site: TfjsSite, pool: Pool, size: Pair, results: Pair): Register {
  const cells = pool.kernel[0] * pool.kernel[1];
  const isWhole = pool.count_include_pad === true || pool.padding.every((width) => width === 0);
  return isWhole ? site.writer.number(cells) : cellsInside(site, pool, size, results);
}

/** A filter of ones for each channel: it sums windows, and going back it hands their parts out. */
function ones(site: TfjsSite, { kernel }: Pool, channels: number): Register {
  const shape = [...kernel, channels, 1];
  return site.writer.constant(new Float32Array(kernel[0] * kernel[1] * channels).fill(1), shape);
}

export const avgPool: Lowering = (site, node) => {
  const [pool, [x], [y]] = [poolOf(node), node.inputs, node.outputs];
  const [size, results] = [mapSize(site, x), mapSize(site, y)];
  const padded = paddedWindow(size, pool);
  if (padded.pad === "valid") {
    // Over padding that stands there as zeros, the kernel's mean counts every cell.
    const mean = site.writer.kernel("AvgPool", { x: padMap(site, site.map(x), padded) }, told(pool, padded));
    if (pool.count_include_pad === true || pool.padding.every((width) => width === 0)) {
      site.set(y, mean, nhwc);
      return;
    }
  }
  const k = kernelsOf(site.writer);
  const [, channels = 1] = site.sizesOf(x as ValueId);
  const attributes = { strides: pool.stride, pad: padded.pad, dataFormat: "NHWC", dilations: [1, 1] };
  const operands = { x: padMap(site, site.map(x), padded), filter: ones(site, pool, channels) };
  const sums = site.writer.kernel("DepthwiseConv2dNative", operands, attributes);
  site.set(y, k.div(sums, divisor(site, pool, size, results)), nhwc);
};

export const avgPoolInputGradient: Lowering = (site, node) => {
  const [pool, [g], [dx]] = [poolOf(node), node.inputs, node.outputs];
  const [batch = 1, channels = 1, ...sizes] = site.sizesOf(dx as ValueId);
  const size = sizes as unknown as Pair;
  const padded = paddedWindow(size, pool);
  const parts = kernelsOf(site.writer).div(site.map(g), divisor(site, pool, size, mapSize(site, g)));
  const attributes = {
    strides: pool.stride,
    pad: padded.pad,
    dilations: [1, 1],
    inputShape: [batch, ...padded.size, channels],
  };
  const operands = { dy: parts, filter: ones(site, pool, channels) };
  const made = site.writer.kernel("DepthwiseConv2dNativeBackpropInput", operands, attributes);
  site.set(dx, cutPadding(site, made, padded, [batch, ...size, channels]), nhwc);
};
