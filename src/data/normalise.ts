import type { RgbImage } from "./rgb-image.js";

/** What is taken off and divided by, per channel (red, green, blue), of values in 0..1. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Writes `(value / 255 - mean) / std` as picture `index` of a float32 NCHW batch [N, 3, height, width]: red plane, green
 * plane, blue plane. Rounded to float32 once, at the end.
 */
export function normaliseInto(batch: Float32Array, index: number, image: RgbImage, { mean, std }: Normalisation): void {
  const plane = image.width * image.height;
  const table = new Float32Array(256);
  for (let channel = 0; channel < 3; channel++) {
    const offset = mean[channel] as number;
    const scale = std[channel] as number;
    for (let value = 0; value < 256; value++) table[value] = (value / 255 - offset) / scale;
    const to = (index * 3 + channel) * plane;
    for (let at = 0; at < plane; at++) {
      batch[to + at] = table[image.pixels[at * 3 + channel] as number] as number;
    }
  }
}

/** One picture as a float32 tensor [1, 3, height, width]. */
export function normalise(image: RgbImage, normalisation: Normalisation): Float32Array {
  const tensor = new Float32Array(3 * image.width * image.height);
  normaliseInto(tensor, 0, image, normalisation);
  return tensor;
}
