/*
 * Convolutions over all channels as matrix products over [channels, positions]. A 1x1 kernel needs nothing else; a larger one
 * first makes columns (im2col): the map shifted by every tap, [taps * channels, positions].
 */
import type { Node, ValueId } from "../../../ir/graph.js";
import type { Pair } from "../../../ops/window-arithmetic.js";
import { type BufferShape, cellsOf, naturalOrder, type RowBuffer } from "./buffer.js";
import { columnsOf, columnsOfRows } from "./columns.js";
import { type ConvolutionWindow, paddingBack, windowOf } from "./convolution-geometry.js";
import { spreadOut } from "./depthwise-convolution.js";
import type { Lowering } from "./lowering.js";
import { signsBehind } from "./pooled-norm.js";
import { productOfRows, turnedProduct } from "./products.js";
import { lookAt } from "./shifts.js";
import type { BlockedSite } from "./site.js";

/** Larger columns need too much memory: the portable form works sample by sample. */
const mostColumnBytes = 1 << 29;

const isPointwise = (kernel: Pair, { padding }: ConvolutionWindow): boolean =>
  kernel[0] === 1 && kernel[1] === 1 && padding.every((cells) => cells === 0);

/** Every `stride`-th row and column. */
function strided(site: BlockedSite, buffer: RowBuffer, stride: Pair): RowBuffer {
  if (stride[0] === 1 && stride[1] === 1) return buffer;
  const size: Pair = [Math.ceil(buffer.shape.height / stride[0]), Math.ceil(buffer.shape.width / stride[1])];
  const shape = { ...buffer.shape, height: size[0], width: size[1] };
  return site.buffer(shape, lookAt(site, buffer, { from: [0, 0], stride, size }), "maps", buffer.origins);
}

/** The columns of a convolution as a matrix [channels * taps, positions], and the order of the channels. */
function columns(site: BlockedSite, value: ValueId, { kernel, window, result }: Dense) {
  if (!isPointwise(kernel, window)) return columnsOf(site, value, { kernel, window, result });
  const { buffer, order } = site.together(value);
  return { columns: strided(site, buffer, window.stride).as("cells"), order };
}

/** The weight [O, I, kh, kw] as a matrix [O, I * taps], with these orders of filters and of inputs (the order of the rows). */
function asMatrix(
  site: BlockedSite,
  weight: ValueId,
  { rows, order }: { readonly rows: readonly number[]; readonly order: readonly number[] },
): string {
  const [filters = 1, inputs = 1, height = 1, width = 1] = site.sizesOf(weight);
  return site.reshaped(site.inLayout(weight, [rows, order]), [filters, inputs * height * width]);
}

interface Dense {
  readonly kernel: Pair;
  readonly window: ConvolutionWindow;
  readonly result: Pair;
}

/** The convolution's geometry, if matrix products are suitable. */
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
  const { columns: seen, order } = columns(site, x, found);
  const rows = site.wishedOrder(output);
  const signs = signsBehind(site, output, rows);
  const matrix = asMatrix(site, weight, { rows, order });
  const folded = site.shared.folded.get(x);
  if (folded !== undefined) site.shared.offsets.set(output, site.writer.one("MatMul", [matrix, folded.level]));
  const signed = folded
    ? scaled(site, matrix, folded.scale)
    : signs && site.writer.one("Mul", [matrix, site.reshaped(signs, [rows.length, 1])]);
  const product = site.writer.one("MatMul", [signed ?? matrix, seen]);
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
  const { columns: seen, order } = columns(site, x, found);
  const gradient = site.together(g);
  const across = [gradient.order.length, order.length * (sizes[2] as number) * (sizes[3] as number)] as const;
  const product = productOfRows(site, [gradient.buffer.as("cells"), seen], across);
  const folded = site.shared.folded.get(x);
  if (folded !== undefined) site.shared.foldedProducts.set(x, { name: product, rows: gradient.order });
  const whole = folded === undefined ? product : scaled(site, product, folded.scale);
  site.setLaid(output, site.reshaped(whole, sizes), [gradient.order, order]);
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
  const wished = site.orderLike(site.neighbours.inputBehind(g), output);
  if (isPointwise(kernel, window)) {
    const matrix = foldedBack(site, g, asMatrix(site, weight, { rows: order, order: wished }));
    const product = turnedProduct(site, matrix, buffer.as("cells"));
    const made = site.buffer({ ...buffer.shape, channels: inputs }, product, "cells");
    const spread = spreadOut(site, made, window.stride);
    site.setOrdered(output, { buffer: cropped(site, spread, shape), order: wished });
    return true;
  }
  const padding = paddingBack(size, result, kernel, window);
  if (padding === undefined) return false;
  const back = {
    kernel,
    window: { stride: [1, 1], padding, dilation: window.dilation },
    spread: window.stride,
  } as const;
  const seen = columnsOfRows(site, buffer, { ...back, result: size });
  const taps = height * width;
  // [O, I, taps] transposed to [I, O, reversed taps].
  const apart = site.reshaped(site.inLayout(weight, [order, wished]), [filters, inputs, taps]);
  const backwards = writer.int64s(naturalOrder(taps).map((tap) => taps - 1 - tap));
  const turned = writer.one("Transpose", [writer.one("Gather", [apart, backwards], { axis: 2 })], { perm: [1, 0, 2] });
  const product = writer.one("MatMul", [site.reshaped(turned, [inputs, filters * taps]), seen]);
  site.setOrdered(output, { buffer: site.buffer(shape, product, "cells"), order: wished });
  return true;
};

/** A matrix [rows, columns] with each column multiplied by a number. */
const scaled = (site: BlockedSite, matrix: string, vector: string): string => site.writer.one("Mul", [matrix, vector]);

/** The weight for the gradient of a folded norm's input: multiplied by the factors common to all of that gradient. */
function foldedBack(site: BlockedSite, gradient: ValueId, matrix: string): string {
  const y = site.neighbours.inputBehind(gradient);
  const found = y === undefined ? undefined : [...site.shared.foldedInputs.values()].find((folded) => folded.y === y);
  return found === undefined ? matrix : scaled(site, matrix, found.k);
}

/** The map cropped to its size: there may be too many zeros after the last cell. */
function cropped(site: BlockedSite, buffer: RowBuffer, shape: BufferShape): RowBuffer {
  if (cellsOf(buffer.shape) === cellsOf(shape)) return buffer;
  const bounds = [
    [0, 0],
    [shape.height, shape.width],
    [2, 3],
  ].map((list) => site.writer.int64s(list));
  return site.buffer(shape, site.writer.one("Slice", [buffer.as("blocks"), ...bounds]), "blocks");
}
