/*
 * Depthwise convolutions by the NCHWc kernels: a buffer [C, N/B, H, W, B] is a map of C * N channels, each with the filter
 * of its own channel, repeated for every sample. Activations and depthwise filters have the same layout: the gradient of
 * the weight is the convolution of x with dy as its filter, without a copy.
 */

import type { ValueId } from "../../../ir/graph.js";
import type { Pair } from "../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import { type BufferShape, inverse, type Ordered, type RowBuffer, type Rows } from "./buffer.js";
import { type ConvolutionWindow, paddingBack, windowOf } from "./convolution-geometry.js";
import type { Lowering } from "./lowering.js";
import { phaseWindows, woven } from "./phases.js";
import type { BlockedSite } from "./site.js";

const isDepthwise = (weight: readonly number[], groups: unknown, channels: number): boolean =>
  weight[1] === 1 && groups === channels && (weight[0] as number) % channels === 0;

/**
 * Filters of the rows in this order for every sample, [rows * N, 1, kh, kw]: from a weight [channels * m, 1, kh, kw], the
 * `which`-th filter of each channel.
 */
function filters(
  site: BlockedSite,
  weight: ValueId,
  { shape, order }: { readonly shape: BufferShape; readonly order: readonly number[] },
  { which, taps: chosen, kernel }: FilterChoice,
): string {
  const { writer } = site;
  const [all = 1, , kernelHeight = 1, kernelWidth = 1] = site.sizesOf(weight);
  const [taps, multiplier] = [kernelHeight * kernelWidth, all / shape.channels];
  const { batch, block, channels } = shape;
  const wanted = order.map((channel) => channel * multiplier + which);
  const own = multiplier === 1 ? site.inLayout(weight, [order]) : site.someOf(site.plain(weight), wanted);
  const single = site.reshaped(own, [channels, 1, taps, 1]);
  const spread = writer.one("Expand", [single, writer.int64s([channels, batch / block, taps, block])]);
  // Flipped after the expansion: whole blocks move, and both passes share the expansion.
  const seen = chosen === undefined ? spread : writer.one("Gather", [spread, writer.int64s(chosen)], { axis: 2 });
  return site.reshaped(seen, [channels * batch, 1, ...(kernel ?? [kernelHeight, kernelWidth])]);
}

/** Which of each channel's filters; all its taps, or these in this order, as a smaller kernel. */
interface FilterChoice {
  readonly which: number;
  readonly taps?: readonly number[];
  readonly kernel?: Pair;
}

const backwards = ([height, width]: Pair): readonly number[] =>
  Array.from({ length: height * width }, (_, tap) => height * width - 1 - tap);

interface MapConvolution {
  readonly maps: number;
  readonly kernel: Pair;
  readonly window: ConvolutionWindow;
}

function convolve(site: BlockedSite, inputs: readonly string[], { maps, kernel, window }: MapConvolution): string {
  return site.writer.one(`${nchwcDomain}:Conv`, inputs, {
    group: maps,
    kernel_shape: kernel,
    pads: window.padding,
    strides: window.stride,
    dilations: window.dilation,
  });
}

const mapsOf = ({ channels, batch }: BufferShape): number => channels * batch;

export const depthwise: Lowering = (site, node, fallback) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId | undefined];
  const output = node.outputs[0] as ValueId;
  const channels = site.sizesOf(x)[1] as number;
  const sizes = site.sizesOf(weight);
  if (!site.canBeRows(x) || !isDepthwise(sizes, node.attributes.groups, channels)) return fallback();
  const { buffer, order } = site.together(x);
  const kernel = sizes.slice(2) as unknown as Pair;
  const multiplier = (sizes[0] as number) / channels;
  const shape = site.shapeFor(output, channels);
  const places = inverse(order);
  const made = Array.from({ length: multiplier }, (_, which): RowBuffer => {
    const filter = filters(site, weight, { shape: buffer.shape, order }, { which });
    const inputs = [buffer.as("maps"), filter];
    const convolution = { maps: mapsOf(buffer.shape), kernel, window: windowOf(node.attributes) };
    const name = convolve(site, inputs, convolution);
    return site.buffer(
      shape,
      bias === undefined ? name : withBias(site, name, bias, shape, order, multiplier, which),
      "maps",
      multiplier === 1 ? buffer.origins : undefined,
    );
  });
  // Channel c * m + j is row c of the j-th convolution.
  const rows: Rows = Array.from({ length: channels * multiplier }, (_, channel) => ({
    buffer: made[channel % multiplier] as RowBuffer,
    row: places[Math.floor(channel / multiplier)] as number,
  }));
  site.setRows(output, rows);
  return true;
};

function withBias(
  site: BlockedSite,
  name: string,
  bias: ValueId,
  shape: BufferShape,
  order: readonly number[],
  multiplier: number,
  which: number,
): string {
  const wanted = order.map((channel) => channel * multiplier + which);
  const own = multiplier === 1 ? site.picked(site.plain(bias), wanted) : site.someOf(site.plain(bias), wanted);
  const flat = site.buffer(shape, name, "maps");
  const sum = site.writer.one("Add", [flat.as("cells"), site.reshaped(own, [shape.channels, 1])]);
  return site.buffer(shape, sum, "cells").as("maps");
}

/** Inserts zeros between the cells, so that a convolution of stride 1 computes the transposed one of stride s. */
export function spreadOut(site: BlockedSite, buffer: RowBuffer, [down, right]: Pair): RowBuffer {
  if (down === 1 && right === 1) return buffer;
  const { channels, batch, height, width, block } = buffer.shape;
  const grid = buffer.reshaped([(channels * batch) / block, height, 1, width, block]);
  const pads = [0, 0, 0, 0, 0, 0, 0, down - 1, 0, (right - 1) * block];
  const name = site.writer.one("Pad", [grid, site.writer.int64s(pads), site.writer.floats(0)], { mode: "constant" });
  const shape = { ...buffer.shape, height: height * down, width: width * right };
  return site.buffer(shape, name, [(channels * batch) / block, height, down, width, right * block], buffer.origins);
}

export const depthwiseInputGradient: Lowering = (site, node, fallback) => {
  const [weight, g] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const sizes = site.sizesOf(weight);
  const [, channels = 1, height = 1, width = 1] = site.sizesOf(output);
  if (!site.canBeRows(g) || !isDepthwise(sizes, node.attributes.groups, channels)) return fallback();
  const kernel = sizes.slice(2) as unknown as Pair;
  const window = windowOf(node.attributes);
  const [, , outHeight = 1, outWidth = 1] = site.sizesOf(g);
  const padding = paddingBack([height, width], [outHeight, outWidth], kernel, window);
  if (padding === undefined) return fallback();
  const multiplier = (sizes[0] as number) / channels;
  const { rows, order } = rowsOfFilters(site, g, multiplier);
  const shape = site.shapeFor(output);
  const [first] = rows(0);
  const origins = multiplier === 1 ? first?.buffer.origins : undefined;
  const windows = phaseWindows([height, width], [outHeight, outWidth], kernel, window);
  if (windows !== undefined) {
    const gradients = Array.from({ length: multiplier }, (_, which) => site.store.inOrder(rows(which), order));
    const phases = windows.map((row) =>
      row.map(({ taps, kernel: own, padding: around }) => {
        const convolution = {
          maps: mapsOf(shape),
          kernel: own,
          window: { stride: [1, 1], padding: around, dilation: [1, 1] } as const,
        };
        return gradients.reduce((sum, gradient, which) => {
          const filter = filters(site, weight, { shape, order }, { which, taps, kernel: own });
          return convolve(site, [gradient.as("maps"), filter, ...(sum === "" ? [] : ["", sum])], convolution);
        }, "");
      }),
    );
    site.setOrdered(output, { buffer: woven(site, shape, phases, origins), order });
    return true;
  }
  let sum = "";
  for (let which = 0; which < multiplier; which++) {
    const gradient = spreadOut(site, site.store.inOrder(rows(which), order), window.stride);
    const filter = filters(site, weight, { shape, order }, { which, taps: backwards(kernel) });
    const convolution = {
      maps: mapsOf(shape),
      kernel,
      window: { stride: [1, 1], padding, dilation: window.dilation } as const,
    };
    sum = convolve(site, [gradient.as("maps"), filter, ...(which === 0 ? [] : ["", sum])], convolution);
  }
  site.setOrdered(output, { buffer: site.buffer(shape, sum, "maps", origins), order });
  return true;
};

/** The gradient's rows of the `which`-th filter of every channel, and an order of channels that suits them. */
function rowsOfFilters(
  site: BlockedSite,
  g: ValueId,
  multiplier: number,
): { readonly rows: (which: number) => Rows; readonly order: Ordered["order"] } {
  const all = site.rows(g);
  const rows = (which: number): Rows => all.filter((_, channel) => channel % multiplier === which);
  return { rows, order: site.store.together(rows(0)).order };
}

export const depthwiseWeightGradient: Lowering = (site, node, fallback) => {
  const [x, g] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const weight = site.sizesOf(output);
  const [, channels = 1, height = 1, width = 1] = site.sizesOf(x);
  if (!site.canBeRows(x) || !isDepthwise(weight, node.attributes.groups, channels)) return fallback();
  const kernel = weight.slice(2) as unknown as Pair;
  const window = windowOf(node.attributes);
  const result = site.sizesOf(g).slice(2) as unknown as Pair;
  // The result must have the kernel's size: the last rows and columns, which no window reached, get less padding.
  const end = (axis: 0 | 1, size: number): number =>
    window.dilation[axis] * (kernel[axis] - 1) +
    window.stride[axis] * (result[axis] - 1) +
    1 -
    size -
    window.padding[axis];
  const ends: Pair = [end(0, height), end(1, width)];
  if (ends.some((cells) => cells < 0)) return fallback();
  const { buffer, order } = site.together(x);
  const { batch, block } = buffer.shape;
  const multiplier = (weight[0] as number) / channels;
  const all = site.rows(g);
  const { writer } = site;
  const parts = Array.from({ length: multiplier }, (_, which): string => {
    const rows = all.filter((_, channel) => channel % multiplier === which);
    const filter = site.store.inOrder(rows, order).reshaped([mapsOf(buffer.shape), 1, ...result]);
    const name = convolve(site, [buffer.as("maps"), filter], {
      maps: mapsOf(buffer.shape),
      kernel: result,
      window: {
        stride: window.dilation,
        padding: [window.padding[0], window.padding[1], ...ends],
        dilation: window.stride,
      },
    });
    const perSample = site.reshaped(name, [channels, batch / block, kernel[0] * kernel[1], block]);
    return writer.one("ReduceSum", [perSample, writer.int64s([1, 3])], { keepdims: 0 });
  });
  if (parts.length === 1) {
    site.setLaid(output, site.reshaped(parts[0] as string, weight), [order]);
    return true;
  }
  const inOrder = parts.map((part) => site.reshaped(site.putBack(part, order), [channels, 1, kernel[0] * kernel[1]]));
  site.setPlain(output, site.reshaped(writer.one("Concat", inOrder, { axis: 1 }), weight));
  return true;
};
