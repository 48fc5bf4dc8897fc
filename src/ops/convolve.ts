import type { Tensor } from "./contracts.js";
import type { Padding, Pair } from "./window-arithmetic.js";

/** What convolving needs to know; kernel and filter counts are read off the weight. */
export type ConvolveOptions = {
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
  readonly groups: number;
};

/** The output positions `[first, end)` whose tap `position * stride + shift` lies inside `size` cells. */
function positionsInside(size: number, outSize: number, stride: number, shift: number): Pair {
  const first = Math.max(0, Math.ceil(-shift / stride));
  const end = Math.min(outSize, Math.floor((size - 1 - shift) / stride) + 1);
  return [first, end];
}

/**
 * One run of a convolution's innermost loop, a tap of the kernel on one output row: the tap's index in the weight, the first
 * element of the output row that it reaches, how many it reaches, and where the input is read for the first.
 */
type VisitTapRow = (tap: number, to: number, count: number, from: number) => void;

/**
 * Calls `visit` for every tap on every output row: taps that fall on padding are left out beforehand, so that the inner
 * loop has no test. The convolution and both of its gradients walk alike.
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
  const [top, left, bottom, right] = a.padding;
  const outHeight = Math.floor((height + top + bottom - a.dilation[0] * (kernelHeight - 1) - 1) / a.stride[0]) + 1;
  const outWidth = Math.floor((width + left + right - a.dilation[1] * (kernelWidth - 1) - 1) / a.stride[1]) + 1;
  return [batch, filters, outHeight, outWidth];
}

/** y[n, o, i, j] = bias[o] + sum over c, u, v of w[o, c, u, v] * x[n, group + c, i*s + u*d - p, j*s + v*d - p]. */
export function convolve(input: Tensor, weight: Tensor, bias: Tensor | undefined, a: ConvolveOptions): Tensor {
  const shape = convolvedShape(input.shape, weight.shape, a);
  const [batch = 0, filters = 0, outHeight = 0, outWidth = 0] = shape;
  const cells = outHeight * outWidth;
  const out = new Float64Array(batch * filters * cells);
  const [x, w] = [input.data, weight.data];
  if (bias !== undefined) {
    for (let map = 0; map < batch * filters; map++) {
      out.fill(bias.data[map % filters] as number, map * cells, (map + 1) * cells);
    }
  }
  forEachTapRow(input.shape, weight.shape, a, (tap, to, count, from) => {
    const factor = w[tap] as number;
    for (let j = 0; j < count; j++) {
      out[to + j] = (out[to + j] as number) + factor * (x[from + j * a.stride[1]] as number);
    }
  });
  return { shape, data: out };
}

/** The convolution's gradients from the result's; of the tensor whose gradient is asked for only the shape is read. */
export const convolveBack = {
  forInput(input: Tensor, weight: Tensor, gradient: Tensor, a: ConvolveOptions): Tensor {
    const out = new Float64Array(input.shape.reduce((product, size) => product * size, 1));
    const [w, g] = [weight.data, gradient.data];
    forEachTapRow(input.shape, weight.shape, a, (tap, to, count, from) => {
      const factor = w[tap] as number;
      for (let j = 0; j < count; j++) {
        const at = from + j * a.stride[1];
        out[at] = (out[at] as number) + factor * (g[to + j] as number);
      }
    });
    return { shape: input.shape, data: out };
  },

  forWeight(input: Tensor, weight: Tensor, gradient: Tensor, a: ConvolveOptions): Tensor {
    const out = new Float64Array(weight.shape.reduce((product, size) => product * size, 1));
    const [x, g] = [input.data, gradient.data];
    forEachTapRow(input.shape, weight.shape, a, (tap, to, count, from) => {
      let sum = 0;
      for (let j = 0; j < count; j++) sum += (x[from + j * a.stride[1]] as number) * (g[to + j] as number);
      out[tap] = (out[tap] as number) + sum;
    });
    return { shape: weight.shape, data: out };
  },
};
