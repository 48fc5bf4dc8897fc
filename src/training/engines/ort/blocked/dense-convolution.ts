/*
 * Convolutions over all channels as products of matrices over [channels, positions]. A 1x1 kernel needs nothing else; a
 * larger one takes its columns first (im2col): the map shifted by every tap, [taps * channels, positions].
 */
import type { Node, ValueId } from "../../../../ir/graph.js";
import type { Pair } from "../../../../ops/window-arithmetic.js";
import { type BufferShape, cellsOf, naturalOrder, type RowBuffer } from "./buffer.js";
import { type ConvolutionWindow, paddingBack, spreadOut, windowOf } from "./depthwise-convolution.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

/** Columns of more bytes than this are not worth their memory: the portable form works sample by sample. */
const mostColumnBytes = 1 << 29;

const isPointwise = (kernel: Pair, { padding }: ConvolutionWindow): boolean =>
  kernel[0] === 1 && kernel[1] === 1 && padding.every((cells) => cells === 0);

/** Every `stride`-th row and column. */
function strided(site: BlockedSite, buffer: RowBuffer, [down, right]: Pair): RowBuffer {
  if (down === 1 && right === 1) return buffer;
  const { height, width } = buffer.shape;
  const { writer } = site;
  const bounds = [
    [0, 0],
    [height, width],
    [2, 3],
    [down, right],
  ].map((list) => writer.int64s(list));
  const shape = { ...buffer.shape, height: Math.ceil(height / down), width: Math.ceil(width / right) };
  return site.buffer(shape, writer.one("Slice", [buffer.as("blocks"), ...bounds]), "blocks", buffer.origins);
}

/** The columns of a convolution as a matrix [taps * channels, positions], tap by tap. */
function columns(site: BlockedSite, buffer: RowBuffer, kernel: Pair, window: ConvolutionWindow, result: Pair): string {
  if (isPointwise(kernel, window)) return strided(site, buffer, window.stride).as("cells");
  const { writer } = site;
  const [top, left, bottom, right] = window.padding;
  const isPadded = window.padding.some((cells) => cells > 0);
  const pads = [0, 0, top, left, 0, 0, 0, bottom, right, 0];
  const padded = isPadded
    ? writer.one("Pad", [buffer.as("blocks"), writer.int64s(pads), writer.floats(0)], { mode: "constant" })
    : buffer.as("blocks");
  const shifted: string[] = [];
  for (let u = 0; u < kernel[0]; u++) {
    for (let v = 0; v < kernel[1]; v++) {
      const from: Pair = [u * window.dilation[0], v * window.dilation[1]];
      const to = [from[0] + (result[0] - 1) * window.stride[0] + 1, from[1] + (result[1] - 1) * window.stride[1] + 1];
      const bounds = [from, to, [2, 3], window.stride].map((list) => writer.int64s(list));
      shifted.push(writer.one("Slice", [padded, ...bounds]));
    }
  }
  const { channels, batch } = buffer.shape;
  const all = shifted.length === 1 ? (shifted[0] as string) : writer.one("Concat", shifted, { axis: 0 });
  return site.reshaped(all, [channels * shifted.length, batch * result[0] * result[1]]);
}

/** The weight [O, I, kh, kw] as a matrix [O, taps * I], filters in an order, inputs in that of the rows that they meet. */
function asMatrix(
  site: BlockedSite,
  weight: ValueId,
  { rows, order }: { readonly rows: readonly number[]; readonly order: readonly number[] },
): string {
  const [filters = 1, inputs = 1, height = 1, width = 1] = site.sizesOf(weight);
  const taps = height * width;
  if (taps === 1) return site.reshaped(site.inLayout(weight, [rows, order]), [filters, inputs]);
  const apart = site.reshaped(site.plain(weight), [filters, inputs, taps]);
  const turned = site.picked(site.writer.one("Transpose", [apart], { perm: [0, 2, 1] }), order, 2);
  return site.picked(site.reshaped(turned, [filters, taps * inputs]), rows);
}

/** The opposite of {@link asMatrix} for kernels of several taps. */
function asWeight(site: BlockedSite, matrix: string, sizes: readonly number[], order: readonly number[]): string {
  const [filters = 1, inputs = 1, height = 1, width = 1] = sizes;
  const taps = height * width;
  const apart = site.putBack(site.reshaped(matrix, [filters, taps, inputs]), order, 2);
  return site.reshaped(site.writer.one("Transpose", [apart], { perm: [0, 2, 1] }), sizes);
}

interface Dense {
  readonly kernel: Pair;
  readonly window: ConvolutionWindow;
  readonly result: Pair;
}

/** The convolution's geometry where products serve it. */
function denseOf(
  site: BlockedSite,
  node: Node,
  x: readonly number[],
  weight: readonly number[],
  result: Pair,
): Dense | undefined {
  const [batch = 1, channels = 1] = x;
  if (node.attributes.groups !== 1 || batch % site.block !== 0) return undefined;
  const kernel = weight.slice(2) as unknown as Pair;
  const window = windowOf(node.attributes);
  const bytes = 4 * kernel[0] * kernel[1] * channels * batch * result[0] * result[1];
  if (!isPointwise(kernel, window) && bytes > mostColumnBytes) return undefined;
  return { kernel, window, result };
}

export const dense: Lowering = (site, node) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId | undefined];
  const output = node.outputs[0] as ValueId;
  const result = site.sizesOf(output).slice(2) as unknown as Pair;
  const found = denseOf(site, node, site.sizesOf(x), site.sizesOf(weight), result);
  if (found === undefined) return false;
  const { buffer, order } = site.together(x);
  const rows = site.wishedOrder(output);
  const matrix = asMatrix(site, weight, { rows, order });
  const product = site.writer.one("MatMul", [matrix, columns(site, buffer, found.kernel, found.window, result)]);
  const biased =
    bias === undefined
      ? product
      : site.writer.one("Add", [product, site.reshaped(site.inLayout(bias, [rows]), [rows.length, 1])]);
  const shape = site.shapeFor(output);
  site.setOrdered(output, { buffer: site.buffer(shape, biased, "cells", site.originsOf(output, rows)), order: rows });
  return true;
};

export const denseWeightGradient: Lowering = (site, node) => {
  const [x, g] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const sizes = site.sizesOf(output);
  const result = site.sizesOf(g).slice(2) as unknown as Pair;
  const found = denseOf(site, node, site.sizesOf(x), sizes, result);
  if (found === undefined) return false;
  const { buffer, order } = site.together(x);
  const gradient = site.together(g);
  const seen = columns(site, buffer, found.kernel, found.window, result);
  const product = site.writer.one("Gemm", [gradient.buffer.as("cells"), seen], { transB: 1 });
  if (sizes[2] === 1 && sizes[3] === 1) {
    site.setLaid(output, site.reshaped(product, sizes), [gradient.order, order]);
    return true;
  }
  site.setPlain(output, asWeight(site, site.putBack(product, gradient.order), sizes, order));
  return true;
};

export const denseInputGradient: Lowering = (site, node) => {
  const [weight, g] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const sizes = site.sizesOf(weight);
  const [filters = 1, inputs = 1, height = 1, width = 1] = sizes;
  const result = site.sizesOf(g).slice(2) as unknown as Pair;
  const found = denseOf(site, node, site.sizesOf(g), sizes, site.sizesOf(output).slice(2) as unknown as Pair);
  if (found === undefined) return false;
  const { kernel, window } = found;
  const { writer } = site;
  const { buffer, order } = site.together(g);
  const shape = site.shapeFor(output);
  const size: Pair = [shape.height, shape.width];
  const wished = site.orderLike(site.inputBehind(g), output);
  if (isPointwise(kernel, window)) {
    const matrix = asMatrix(site, weight, { rows: order, order: wished });
    const product = writer.one("Gemm", [matrix, buffer.as("cells")], { transA: 1 });
    const made = site.buffer({ ...buffer.shape, channels: inputs }, product, "cells");
    const spread = spreadOut(site, made, window.stride);
    site.setOrdered(output, { buffer: cropped(site, spread, shape), order: wished });
    return true;
  }
  const padding = paddingBack(size, result, kernel, window);
  if (padding === undefined) return false;
  const around = spreadOut(site, buffer, window.stride);
  const back = { kernel, window: { stride: [1, 1], padding, dilation: window.dilation } as const };
  const seen = columns(site, around, back.kernel, back.window, size);
  const taps = height * width;
  // [O, I, taps] turned to [I, taps backwards, O].
  const apart = site.reshaped(site.plain(weight), [filters, inputs, taps]);
  const backwards = writer.one("Gather", [apart, writer.int64s(naturalOrder(taps).map((tap) => taps - 1 - tap))], {
    axis: 2,
  });
  const turned = site.picked(writer.one("Transpose", [backwards], { perm: [1, 2, 0] }), order, 2);
  const matrix = site.picked(site.reshaped(turned, [inputs, taps * filters]), wished);
  const product = writer.one("MatMul", [matrix, seen]);
  site.setOrdered(output, { buffer: site.buffer(shape, product, "cells"), order: wished });
  return true;
};

/** The map cut to its size: zeros spread out behind the last cell may be too many. */
export function cropped(site: BlockedSite, buffer: RowBuffer, shape: BufferShape): RowBuffer {
  if (cellsOf(buffer.shape) === cellsOf(shape)) return buffer;
  const bounds = [
    [0, 0],
    [shape.height, shape.width],
    [2, 3],
  ].map((list) => site.writer.int64s(list));
  return site.buffer(shape, site.writer.one("Slice", [buffer.as("blocks"), ...bounds]), "blocks");
}
