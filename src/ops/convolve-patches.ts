/**
 * Convolution as a matrix product: every output position sees a patch of the input, and each filter's result there is the
 * dot product of the two. Patches are made once a sample and group and read by all filters, two at a time and on two
 * positions, so that a number that was loaded serves twice.
 */
import type { Tensor } from "./contracts.js";
import type { ConvolveOptions } from "./convolve.js";

/** How many numbers a patch has, and how many patches there are. */
interface Patches {
  readonly data: Float64Array;
  readonly length: number;
  readonly count: number;
}

/** Fills in the patches of one sample's channels from `firstChannel` on; what lies on padding is 0. */
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

/** out[f, p] = bias[f] + w[f] . patch[p] for the filters `[from, to)`; `base` is where filter 0's results of this sample begin. */
function applyFilters(
  out: Float64Array,
  base: number,
  { data: patches, length, count }: Patches,
  w: Float64Array,
  bias: Float64Array | undefined,
  [from, to]: readonly [number, number],
): void {
  // An odd filter or position at the end is paired with itself: it is computed twice and written twice.
  for (let f = from; f < to; f += 2) {
    const g = Math.min(f + 1, to - 1);
    const filter = f * length;
    const next = g * length;
    const start = bias?.[f] ?? 0;
    const startNext = bias?.[g] ?? 0;
    for (let p = 0; p < count; p += 2) {
      const q = Math.min(p + 1, count - 1);
      const patch = p * length;
      const patchNext = q * length;
      let fp = start;
      let fq = start;
      let gp = startNext;
      let gq = startNext;
      for (let k = 0; k < length; k++) {
        const wf = w[filter + k] as number;
        const wg = w[next + k] as number;
        const xp = patches[patch + k] as number;
        const xq = patches[patchNext + k] as number;
        fp += wf * xp;
        fq += wf * xq;
        gp += wg * xp;
        gq += wg * xq;
      }
      out[base + f * count + p] = fp;
      out[base + f * count + q] = fq;
      out[base + g * count + p] = gp;
      out[base + g * count + q] = gq;
    }
  }
}

/** The convolution's result, its sums in the same order as tap by tap; `out` is the result's height and width. */
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
  const patches = { data: new Float64Array(count * length), length, count };
  const data = new Float64Array(batch * filters * count);
  const filtersPerGroup = filters / a.groups;
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < a.groups; group++) {
      cutPatches(patches, input, weight.shape, out, n * inChannels + group * perGroup, a);
      const range = [group * filtersPerGroup, (group + 1) * filtersPerGroup] as const;
      applyFilters(data, n * filters * count, patches, weight.data, bias?.data, range);
    }
  }
  return { shape: [batch, filters, ...out], data };
}
