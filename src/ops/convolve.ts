import type { Tensor } from "./contracts.js";
import { convolveByPatches } from "./convolve-patches.js";
import { type ConvolveOptions, type Pair, windowsOver } from "./window-arithmetic.js";

/** The output positions `[first, end)` whose tap `position * stride + shift` is inside `size` cells. */
function positionsInside(size: number, outSize: number, stride: number, shift: number): Pair {
  const first = Math.max(0, Math.ceil(-shift / stride));
  const end = Math.min(outSize, Math.floor((size - 1 - shift) / stride) + 1);
  return [first, end];
}

/** Minimum number of filters per group for which patches are faster: at 64 three times as fast, at 16 equally fast. */
const patchesPay = 16;

/** Largest number of elements in the patches of one sample: 256 MiB. */
const largestPatches = 2 ** 25;

/**
 * y[n, o, i, j] = bias[o] + sum over c, u, v of w[o, c, u, v] * x[n, group + c, i*s + u*d - p, j*s + v*d - p]. With few filters
 * per group, tap by tap over whole rows; taps on padding are excluded beforehand, so that the inner loop has no branch.
 */
export function convolve(input: Tensor, weight: Tensor, bias: Tensor | undefined, a: ConvolveOptions): Tensor {
  const [batch = 0, inChannels = 0, height = 0, width = 0] = input.shape;
  const [filters = 0, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weight.shape;
  const [top, left] = a.padding;
  const [strideDown, strideRight] = a.stride;
  const [outHeight, outWidth] = windowsOver([height, width], { ...a, kernel: [kernelHeight, kernelWidth] });
  const filtersPerGroup = filters / a.groups;
  const patchNumbers = outHeight * outWidth * perGroup * kernelHeight * kernelWidth;
  if (filtersPerGroup >= patchesPay && patchNumbers <= largestPatches) {
    return convolveByPatches(input, weight, bias, [outHeight, outWidth], a);
  }
  const out = new Float64Array(batch * filters * outHeight * outWidth);
  const [x, w] = [input.data, weight.data];
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < filters; o++) {
      const firstChannel = Math.floor(o / filtersPerGroup) * perGroup;
      const outBase = (n * filters + o) * outHeight * outWidth;
      out.fill(bias?.data[o] ?? 0, outBase, outBase + outHeight * outWidth);
      for (let c = 0; c < perGroup; c++) {
        const inBase = (n * inChannels + firstChannel + c) * height * width;
        for (let u = 0; u < kernelHeight; u++) {
          const rowShift = u * a.dilation[0] - top;
          const [firstRow, endRow] = positionsInside(height, outHeight, strideDown, rowShift);
          for (let v = 0; v < kernelWidth; v++) {
            const tap = w[((o * perGroup + c) * kernelHeight + u) * kernelWidth + v] as number;
            const columnShift = v * a.dilation[1] - left;
            const [firstColumn, endColumn] = positionsInside(width, outWidth, strideRight, columnShift);
            for (let i = firstRow; i < endRow; i++) {
              const outRow = outBase + i * outWidth;
              let from = inBase + (i * strideDown + rowShift) * width + firstColumn * strideRight + columnShift;
              for (let to = outRow + firstColumn; to < outRow + endColumn; to++) {
                out[to] = (out[to] as number) + tap * (x[from] as number);
                from += strideRight;
              }
            }
          }
        }
      }
    }
  }
  return { shape: [batch, filters, outHeight, outWidth], data: out };
}

/**
 * One inner loop of a convolution: one kernel tap on one output row. `tap`: its index in the weight; `to`: the first element of
 * the output row that it reaches; `count`: how many it reaches; then the index of the first input element.
 */
type VisitTapRow = (tap: number, to: number, count: number, from: number) => void;

/**
 * Calls `visit` for every tap and output row; taps on padding are excluded beforehand. Used by both gradients. The convolution
 * has its own loop, because it runs much more often and a call per row would make it a third slower.
 */
function forEachTapRow(
  input: readonly number[],
  weight: readonly number[],
  a: ConvolveOptions,
  visit: VisitTapRow,
): void {
  const [batch = 0, inChannels = 0, height = 0, width = 0] = input;
  const [filters = 0, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weight;
  const [, , outHeight = 0, outWidth = 0] = convolvedShape(input, weight, a);
  const [top, left] = a.padding;
  const [strideDown, strideRight] = a.stride;
  const filtersPerGroup = filters / a.groups;
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < filters; o++) {
      const firstChannel = Math.floor(o / filtersPerGroup) * perGroup;
      const outBase = (n * filters + o) * outHeight * outWidth;
      for (let c = 0; c < perGroup; c++) {
        const inBase = (n * inChannels + firstChannel + c) * height * width;
        for (let u = 0; u < kernelHeight; u++) {
          const rowShift = u * a.dilation[0] - top;
          const [firstRow, endRow] = positionsInside(height, outHeight, strideDown, rowShift);
          for (let v = 0; v < kernelWidth; v++) {
            const tap = ((o * perGroup + c) * kernelHeight + u) * kernelWidth + v;
            const columnShift = v * a.dilation[1] - left;
            const [firstColumn, endColumn] = positionsInside(width, outWidth, strideRight, columnShift);
            const count = endColumn - firstColumn;
            if (count <= 0) continue;
            // Contiguous rows are processed as one long row, mostly in 1x1 convolutions.
            if (count === width && outWidth === width && strideDown === 1 && strideRight === 1) {
              const rows = endRow - firstRow;
              if (rows > 0)
                visit(tap, outBase + firstRow * width, rows * width, inBase + (firstRow + rowShift) * width);
              continue;
            }
            for (let i = firstRow; i < endRow; i++) {
              const from = inBase + (i * strideDown + rowShift) * width + firstColumn * strideRight + columnShift;
              visit(tap, outBase + i * outWidth + firstColumn, count, from);
            }
          }
        }
      }
    }
  }
}

function convolvedShape(input: readonly number[], weight: readonly number[], a: ConvolveOptions): readonly number[] {
  const [batch = 0, , height = 0, width = 0] = input;
  const [filters = 0, , kernelHeight = 0, kernelWidth = 0] = weight;
  return [batch, filters, ...windowsOver([height, width], { ...a, kernel: [kernelHeight, kernelWidth] })];
}

/** The convolution's gradients from the result's. Of the tensor whose gradient is computed, only the shape is used. */
export const convolveBack = {
  forInput(input: Tensor, weight: Tensor, gradient: Tensor, a: ConvolveOptions): Tensor {
    const out = new Float64Array(input.shape.reduce((product, size) => product * size, 1));
    const [w, g] = [weight.data, gradient.data];
    const across = a.stride[1];
    forEachTapRow(input.shape, weight.shape, a, (tap, to, count, from) => {
      const factor = w[tap] as number;
      let at = from;
      for (let j = to; j < to + count; j++) {
        out[at] = (out[at] as number) + factor * (g[j] as number);
        at += across;
      }
    });
    return { shape: input.shape, data: out };
  },

  forWeight(input: Tensor, weight: Tensor, gradient: Tensor, a: ConvolveOptions): Tensor {
    const out = new Float64Array(weight.shape.reduce((product, size) => product * size, 1));
    const [x, g] = [input.data, gradient.data];
    const across = a.stride[1];
    forEachTapRow(input.shape, weight.shape, a, (tap, to, count, from) => {
      let sum = 0;
      let at = from;
      for (let j = to; j < to + count; j++) {
        sum += (x[at] as number) * (g[j] as number);
        at += across;
      }
      out[tap] = (out[tap] as number) + sum;
    });
    return { shape: weight.shape, data: out };
  },
};
