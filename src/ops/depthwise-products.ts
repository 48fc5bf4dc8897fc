/**
 * Depthwise convolutions and their gradients as matrix products, one per channel: engines are slow at convolutions with one
 * filter per channel, or with the result's gradient as filter.
 */
import type { Dim, Shape } from "../ir/shape.js";
import type { OnnxBuilder } from "./contracts.js";
import { selectionMatrix } from "./selection-matrix.js";
import type { ConvolveOptions, Pair } from "./window-arithmetic.js";

export interface DepthwiseShapes {
  /** [N, C, H, W] of the convolution's input. */
  readonly input: readonly number[];
  /** [N, C m, h, w] of its result; m filters per channel. */
  readonly result: readonly number[];
  readonly kernel: Pair;
}

/** Largest number of map cells times result cells for which a matrix between all of them is small. */
const pairLimit = 10_000;

export function fewPairs({ input, result }: DepthwiseShapes): boolean {
  const cells = [...input.slice(2), ...result.slice(2)];
  return cells.reduce((product, size) => product * size, 1) <= pairLimit;
}

/** Whether there are enough samples that building the filter's matrix costs little compared with the convolutions. */
export const manySamples = ({ input }: DepthwiseShapes): boolean => (input[0] as number) >= 8;

/** Whether every filter reads one channel. */
export const isDepthwise = ({ input }: DepthwiseShapes, { groups }: ConvolveOptions): boolean =>
  groups === input[1] && groups > 1;

/** The shapes of a depthwise convolution with few cells and known sizes; undefined for any other. */
export function fewPairsOf(input: Shape, result: Shape, kernel: Pair, a: ConvolveOptions): DepthwiseShapes | undefined {
  const isNumber = (dim: Dim): dim is number => typeof dim === "number";
  if (!input.every(isNumber) || !result.every(isNumber)) return undefined;
  const shapes = { input, result, kernel };
  return isDepthwise(shapes, a) && fewPairs(shapes) ? shapes : undefined;
}

type One = (op: string, inputs: readonly string[], attributes?: { readonly perm: readonly number[] }) => string;

const oneResult =
  (onnx: OnnxBuilder): One =>
  (op, inputs, attributes = {} as never) =>
    onnx.node(op, inputs, attributes)[0] ?? "";

/** For each result position along an axis, each cell and each tap: 1 if that tap of that position reads that cell, else 0. */
function seen(axis: 0 | 1, { input, result, kernel }: DepthwiseShapes, a: ConvolveOptions) {
  const [places, cells, taps] = [result[axis + 2] as number, input[axis + 2] as number, kernel[axis]];
  const sees = (place: number, cell: number, tap: number): number =>
    place * a.stride[axis] + tap * a.dilation[axis] - a.padding[axis] === cell ? 1 : 0;
  return { places, cells, taps, sees };
}

/** The same along rows, as a matrix [positions * cells, taps]. */
function rowBand(onnx: OnnxBuilder, shapes: DepthwiseShapes, a: ConvolveOptions): string {
  const { places, cells, taps, sees } = seen(0, shapes, a);
  const numbers = Array.from({ length: places * cells * taps }, (_, i) =>
    sees(Math.floor(i / (cells * taps)), Math.floor(i / taps) % cells, i % taps),
  );
  return oneResult(onnx)("Reshape", [onnx.floats(numbers), onnx.int64s([places * cells, taps])]);
}

/**
 * For both axes, which tap connects which position with which cell: [positions, cells, taps] with `tapsLast`, else [taps,
 * positions, cells], each of them rows times columns. Computed in the graph from two small constants.
 */
function pairBand(onnx: OnnxBuilder, shapes: DepthwiseShapes, a: ConvolveOptions, tapsLast: boolean): string {
  const one = oneResult(onnx);
  const along = (axis: 0 | 1): { readonly band: string; readonly sizes: readonly number[] } => {
    const { places, cells, taps, sees } = seen(axis, shapes, a);
    const sizes = tapsLast ? [places, cells, taps] : [taps, places, cells];
    const [, second = 1, third = 1] = sizes;
    const numbers = Array.from({ length: places * cells * taps }, (_, i) => {
      const at = [Math.floor(i / (second * third)), Math.floor(i / third) % second, i % third] as const;
      const [place, cell, tap] = tapsLast ? at : [at[1], at[2], at[0]];
      return sees(place, cell, tap);
    });
    const spread = sizes.flatMap((size) => (axis === 0 ? [size, 1] : [1, size]));
    return { band: one("Reshape", [onnx.floats(numbers), onnx.int64s(spread)]), sizes };
  };
  const [rows, columns] = [along(0), along(1)];
  const together = rows.sizes.map((size, i) => size * (columns.sizes[i] as number));
  const [first = 1, second = 1, third = 1] = together;
  const matrix = tapsLast ? [first * second, third] : [first, second * third];
  return one("Reshape", [one("Mul", [rows.band, columns.band]), onnx.int64s(matrix)]);
}

interface Sizes {
  readonly batch: number;
  readonly channels: number;
  /** Filters per channel. */
  readonly filters: number;
  readonly cells: number;
  readonly places: number;
}

function sizesOf({ input, result }: DepthwiseShapes): Sizes {
  const [batch = 1, channels = 1, height = 1, width = 1] = input;
  const [, all = 1, outHeight = 1, outWidth = 1] = result;
  return { batch, channels, filters: all / channels, cells: height * width, places: outHeight * outWidth };
}

/**
 * dw: for each position and cell, the sum over the samples of dy times x; then for each tap, the sum of the pairs that it
 * connects.
 */
export function weightGradientByPairs(
  onnx: OnnxBuilder,
  x: string,
  g: string,
  shapes: DepthwiseShapes,
  a: ConvolveOptions,
  outputs: readonly string[],
): void {
  const one = oneResult(onnx);
  const { batch, channels, filters, cells, places } = sizesOf(shapes);
  const flat = one("Reshape", [g, onnx.int64s([batch, channels * filters * places])]);
  const left = one("Reshape", [
    one("Transpose", [flat], { perm: [1, 0] }),
    onnx.int64s([channels, filters * places, batch]),
  ]);
  const maps = one("Reshape", [x, onnx.int64s([batch, channels, cells])]);
  const products = one("MatMul", [left, one("Transpose", [maps], { perm: [1, 0, 2] })]);
  const pairs = one("Reshape", [products, onnx.int64s([channels * filters, places * cells])]);
  const sums = one("MatMul", [pairs, pairBand(onnx, shapes, a, true)]);
  onnx.node("Reshape", [sums, onnx.int64s([channels * filters, 1, ...shapes.kernel])], {}, outputs);
}

/** The filter as a matrix from cells to positions: [C, filters * positions, cells]. */
function filterMatrix(onnx: OnnxBuilder, weight: string, shapes: DepthwiseShapes, a: ConvolveOptions): string {
  const one = oneResult(onnx);
  const { channels, filters, cells, places } = sizesOf(shapes);
  const rows = one("Reshape", [weight, onnx.int64s([channels * filters, shapes.kernel[0] * shapes.kernel[1]])]);
  const spread = one("MatMul", [rows, pairBand(onnx, shapes, a, false)]);
  return one("Reshape", [spread, onnx.int64s([channels, filters * places, cells])]);
}

/** y: x times the transposed matrix, plus the bias if there is one. */
export function convolveByPairs(
  onnx: OnnxBuilder,
  [x = "", weight = "", bias]: readonly string[],
  shapes: DepthwiseShapes,
  a: ConvolveOptions,
  outputs: readonly string[],
): void {
  const one = oneResult(onnx);
  const { batch, channels, filters, cells } = sizesOf(shapes);
  const maps = one("Transpose", [one("Reshape", [x, onnx.int64s([batch, channels, cells])])], { perm: [1, 0, 2] });
  const matrix = one("Transpose", [filterMatrix(onnx, weight, shapes, a)], { perm: [0, 2, 1] });
  const product = one("MatMul", [maps, matrix]);
  const turned = one("Transpose", [product], { perm: [1, 0, 2] });
  const sizes = onnx.int64s(shapes.result);
  if (bias === undefined) {
    onnx.node("Reshape", [turned, sizes], {}, outputs);
    return;
  }
  const levels = one("Reshape", [bias, onnx.int64s([channels * filters, 1, 1])]);
  onnx.node("Add", [one("Reshape", [turned, sizes]), levels], {}, outputs);
}

/** dx: dy times that matrix. */
export function inputGradientByPairs(
  onnx: OnnxBuilder,
  weight: string,
  g: string,
  shapes: DepthwiseShapes,
  a: ConvolveOptions,
  outputs: readonly string[],
): void {
  const one = oneResult(onnx);
  const { batch, channels, filters, places } = sizesOf(shapes);
  const matrix = filterMatrix(onnx, weight, shapes, a);
  const flat = one("Reshape", [g, onnx.int64s([batch, channels, filters * places])]);
  const product = one("MatMul", [one("Transpose", [flat], { perm: [1, 0, 2] }), matrix]);
  onnx.node("Reshape", [one("Transpose", [product], { perm: [1, 0, 2] }), onnx.int64s(shapes.input)], {}, outputs);
}

/**
 * dw: for each column of the kernel, one product of all rows of dy with all rows of x (at the column's cells); the taps are
 * sums over diagonals of it.
 */
export function weightGradientByBands(
  onnx: OnnxBuilder,
  x: string,
  g: string,
  shapes: DepthwiseShapes,
  a: ConvolveOptions,
  outputs: readonly string[],
): void {
  const one = oneResult(onnx);
  const { batch, channels, filters } = sizesOf(shapes);
  const [, , height = 1, width = 1] = shapes.input;
  const [, , outHeight = 1, outWidth = 1] = shapes.result;
  const [kernelHeight, kernelWidth] = shapes.kernel;
  const ofChannels = one("Reshape", [g, onnx.int64s([batch, channels, filters * outHeight, outWidth])]);
  const rows = one("Reshape", [
    one("Transpose", [ofChannels], { perm: [1, 2, 0, 3] }),
    onnx.int64s([channels, filters * outHeight, batch * outWidth]),
  ]);
  const turned = one("Transpose", [x], { perm: [1, 2, 0, 3] });
  const cells = [...Array(width).keys()];
  const columns = Array.from({ length: kernelWidth }, (_, v) => {
    const seenCells = Array.from({ length: outWidth }, (_, j) => j * a.stride[1] + v * a.dilation[1] - a.padding[1]);
    const isAll = seenCells.length === width && seenCells[0] === 0 && a.stride[1] === 1;
    const seen = isAll ? turned : one("MatMul", [turned, selectionMatrix(onnx, cells, seenCells)]);
    const flat = one("Reshape", [seen, onnx.int64s([channels, height, batch * outWidth])]);
    const product = one("MatMul", [rows, one("Transpose", [flat], { perm: [0, 2, 1] })]);
    return one("Reshape", [product, onnx.int64s([channels * filters, 1, outHeight * height])]);
  });
  const together = onnx.node("Concat", columns, { axis: 1 })[0] ?? "";
  const all = one("Reshape", [together, onnx.int64s([channels * filters * kernelWidth, outHeight * height])]);
  const sums = one("MatMul", [all, rowBand(onnx, shapes, a)]);
  const taps = one("Reshape", [sums, onnx.int64s([channels * filters, 1, kernelWidth, kernelHeight])]);
  onnx.node("Transpose", [taps], { perm: [0, 1, 3, 2] }, outputs);
}
