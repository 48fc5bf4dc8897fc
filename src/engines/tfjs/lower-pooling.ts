/** Pools. TensorFlow's gradient of a maximum goes to the first one in row order, as PyTorch's does. */
import type { ValueId } from "../../ir/graph.js";
import { binMatrix, binsOf, evenWindow } from "../../ops/adaptive-bins.js";
import { type AvgPoolInputGradientAttributes, divisors } from "../../ops/avg-pool-input-gradient.js";
import { type AxisMatrix, transposed } from "../../ops/separable-map.js";
import type { Pair } from "../../ops/window-arithmetic.js";
import { joined, partsOf } from "./convolution.js";
import { kernelsOf } from "./kernels.js";
import { nhwc } from "./layout.js";
import type { Lowering, TfjsSite } from "./site.js";
import type { Register } from "./tfjs-program.js";
import { cutPadding, type Padded, paddedWindow, padMap, type WindowOf } from "./window.js";

type AvgPool = Omit<AvgPoolInputGradientAttributes, "size">;

const mapSize = (site: TfjsSite, value: ValueId | undefined): Pair =>
  site.sizesOf(value as ValueId).slice(2) as unknown as Pair;

const told = ({ kernel, stride }: WindowOf, { pad }: Padded) => ({ filterSize: kernel, strides: stride, pad });

export const maxPool: Lowering = (site, node) => {
  const [pool, [x]] = [node.attributes as unknown as WindowOf, node.inputs];
  const padded = paddedWindow(mapSize(site, x), pool);
  const map = padMap(site, site.map(x), padded, Number.NEGATIVE_INFINITY);
  site.set(node.outputs[0], site.writer.kernel("MaxPool", { x: map }, told(pool, padded)), nhwc);
};

export const maxPoolInputGradient: Lowering = (site, node) => {
  const [pool, [x, y, g]] = [node.attributes as unknown as WindowOf, node.inputs];
  const padded = paddedWindow(mapSize(site, x), pool);
  const input = padMap(site, site.map(x), padded, Number.NEGATIVE_INFINITY);
  const made = site.writer.kernel("MaxPoolGrad", { dy: site.map(g), input, output: site.map(y) }, told(pool, padded));
  const [batch = 1, channels = 1, ...size] = site.sizesOf(x as ValueId);
  site.set(node.outputs[0], cutPadding(site, made, padded, [batch, ...size, channels]), nhwc);
};

/** By how much each window's sum is divided: a number where it is the same for all, else as [1, h, w, 1]. */
function divisorOf(site: TfjsSite, pool: AvgPool, size: Pair): Register {
  const { shape, data } = divisors({ ...pool, size });
  const [first = 1] = data;
  if (data.every((count) => count === first)) return site.writer.number(first);
  return site.writer.constant(Float32Array.from(data), [1, ...shape.slice(2), 1]);
}

/** A filter of ones for each channel: it sums windows, and going back it hands their parts out. */
function ones(site: TfjsSite, { kernel }: AvgPool, channels: number): Register {
  const shape = [...kernel, channels, 1];
  return site.writer.constant(new Float32Array(kernel[0] * kernel[1] * channels).fill(1), shape);
}

/** Depthwise kernels take one stride for both axes (see convolution.ts); with two each channel is a map of its own. */
function byChannel(
  site: TfjsSite,
  x: Register,
  channels: number,
  [down, right]: Pair,
  convolve: (x: Register, channels: number, kind: "DepthwiseConv2dNative" | "Conv2D") => Register,
): Register {
  if (down === right) return convolve(x, channels, "DepthwiseConv2dNative");
  const results = partsOf(site, x, channels, 3, channels).map((part) => convolve(part, 1, "Conv2D"));
  return joined(site, results, 3);
}

export const avgPool: Lowering = (site, node) => {
  const [pool, [x], [y]] = [node.attributes as unknown as AvgPool, node.inputs, node.outputs];
  const size = mapSize(site, x);
  const padded = paddedWindow(size, pool);
  const map = padMap(site, site.map(x), padded);
  const divisor = divisorOf(site, pool, size);
  if (padded.pad === "valid" && divisor === site.writer.number(pool.kernel[0] * pool.kernel[1])) {
    site.set(y, site.writer.kernel("AvgPool", { x: map }, told(pool, padded)), nhwc);
    return;
  }
  const [, channels = 1] = site.sizesOf(x as ValueId);
  const attributes = { strides: pool.stride, pad: padded.pad, dataFormat: "NHWC", dilations: [1, 1] };
  const sums = byChannel(site, map, channels, pool.stride, (part, count, kind) =>
    site.writer.kernel(kind, { x: part, filter: ones(site, pool, count) }, attributes),
  );
  site.set(y, kernelsOf(site.writer).div(sums, divisor), nhwc);
};

export const avgPoolInputGradient: Lowering = (site, node) => {
  const [pool, [g], [dx]] = [node.attributes as unknown as AvgPool, node.inputs, node.outputs];
  const [batch = 1, channels = 1, ...sizes] = site.sizesOf(dx as ValueId);
  const size = sizes as unknown as Pair;
  const padded = paddedWindow(size, pool);
  const parts = kernelsOf(site.writer).div(site.map(g), divisorOf(site, pool, size));
  const attributes = { strides: pool.stride, pad: padded.pad, dataFormat: "NHWC", dilations: [1, 1] };
  const made = byChannel(site, parts, channels, pool.stride, (part, count, kind) => {
    const operands = { dy: part, filter: ones(site, pool, count) };
    return site.writer.kernel(`${kind}BackpropInput`, operands, {
      ...attributes,
      inputShape: [batch, ...padded.size, count],
    });
  });
  site.set(dx, cutPadding(site, made, padded, [batch, ...size, channels]), nhwc);
};

/** Bins of one size are a pool; others are two products of matrices, R x C. */
export const adaptiveAvgPool: Lowering = (site, node) => {
  const [[x], [y]] = [node.inputs, node.outputs];
  const [size, results] = [mapSize(site, x), mapSize(site, y)];
  const { writer } = site;
  const kernel = evenWindow(size, results);
  if (kernel !== undefined) {
    site.set(
      y,
      writer.kernel("AvgPool", { x: site.map(x) }, { filterSize: kernel, strides: kernel, pad: "valid" }),
      nhwc,
    );
    return;
  }
  const flags = { transposeA: false, transposeB: false };
  const matrix = ({ from, to, values }: AxisMatrix) => writer.constant(Float32Array.from(values), [to, from]);
  const rows = matrix(binMatrix(size[0], results[0]));
  const columns = matrix(transposed(binMatrix(size[1], results[1])));
  const means = writer.kernel("BatchMatMul", { a: rows, b: site.plain(x) }, flags);
  site.set(y, writer.kernel("BatchMatMul", { a: means, b: columns }, flags));
};

/** Bins of one size are a pool; others are cut out one by one, first rows, then columns. */
export const adaptiveMaxPool: Lowering = (site, { inputs: [x], outputs: [y] }) => {
  const [size, results] = [mapSize(site, x), mapSize(site, y)];
  const { writer } = site;
  const kernel = evenWindow(size, results);
  if (kernel !== undefined) {
    const told = { filterSize: kernel, strides: kernel, pad: "valid" };
    site.set(y, writer.kernel("MaxPool", { x: site.map(x) }, told), nhwc);
    return;
  }
  const k = kernelsOf(writer);
  const [batch = 1, channels = 1] = site.sizesOf(x as ValueId);
  const sizes = [batch, ...size, channels];
  const largest = (map: Register, axis: 1 | 2): Register => {
    const parts = binsOf(sizes[axis] as number, results[axis - 1] as number).map(([from, to]) => {
      const cells = k.slice(
        map,
        sizes.map((_, i) => (i === axis ? from : 0)),
        sizes.with(axis, to - from),
      );
      return k.max(cells, [axis]);
    });
    sizes[axis] = parts.length;
    return writer.kernel("Concat", parts, { axis });
  };
  site.set(y, largest(largest(site.map(x), 1), 2), nhwc);
};
