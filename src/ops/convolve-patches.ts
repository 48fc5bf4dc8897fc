/**
 * Convolution as a matrix product (im2col): each output position has a patch of the input, and a filter's result there is their
 * dot product. Patches are made once per sample and group, and used by all filters.
 */
import type { Tensor } from "./contracts.js";
import { addRowProducts } from "./row-products.js";
import type { ConvolveOptions } from "./window-arithmetic.js";

/** Patches of `length` numbers each, contiguous. */
interface Patches {
  readonly data: Float64Array;
  readonly length: number;
}

/** Fills in the patches of one sample's channels from `firstChannel` on; padding is 0. */
function cutPatches(
  { data, length }: Patches,
  input: Tensor,
  weight: readonly number[],
  out: readonly [number, number],
  firstPlane: number,
  a: ConvolveOptions,
): void {
  const [, , height = 0, width = 0] = input.shape;
  const [, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weight;
  const [top, left] = a.padding;
  const x = input.data;
  let patch = 0;
  for (let i = 0; i < out[0]; i++) {
    for (let j = 0; j < out[1]; j++, patch += length) {
      let to = patch;
      for (let c = 0; c < perGroup; c++) {
        const plane = (firstPlane + c) * height * width;
        for (let u = 0; u < kernelHeight; u++) {
          const row = i * a.stride[0] + u * a.dilation[0] - top;
          const isRowInside = row >= 0 && row < height;
          for (let v = 0; v < kernelWidth; v++, to++) {
            const column = j * a.stride[1] + v * a.dilation[1] - left;
            const isInside = isRowInside && column >= 0 && column < width;
            data[to] = isInside ? (x[plane + row * width + column] as number) : 0;
          }
        }
      }
    }
  }
}

/** The convolution's result, summed in the same order as tap by tap. `out`: height and width of the result. */
export function convolveByPatches(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  out: readonly [number, number],
  a: ConvolveOptions,
): Tensor {
  const [batch = 0, inChannels = 0] = input.shape;
  const [filters = 0, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weight.shape;
  const length = perGroup * kernelHeight * kernelWidth;
  const count = out[0] * out[1];
  const patches: Patches = { data: new Float64Array(count * length), length };
  const data = new Float64Array(batch * filters * count);
  const filtersPerGroup = filters / a.groups;
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < a.groups; group++) {
      cutPatches(patches, input, weight.shape, out, n * inChannels + group * perGroup, a);
      const first = group * filtersPerGroup;
      const base = (n * filters + first) * count;
      for (let f = 0; f < filtersPerGroup; f++) {
        data.fill(bias?.data[first + f] ?? 0, base + f * count, base + (f + 1) * count);
      }
      const rows = { data: weight.data, start: first * length, count: filtersPerGroup };
      addRowProducts(data, base, rows, { data: patches.data, start: 0, count }, length);
    }
  }
  return { shape: [batch, filters, ...out], data };
}
