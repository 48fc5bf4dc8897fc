import type { RgbImage } from "./rgb-image.js";

/** Mean and deviation per channel (red, green, blue), of values in 0..1. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Writes `(value / 255 - mean) / std` as picture `index` of a float32 NCHW batch [N, 3, height, width]: red plane, green
 * plane, blue plane. Rounded to float32 once, at the end.
 */
export function normaliseInto(batch: Float32Array, index: number, image: RgbImage, normalisation: Normalisation): void {
  const { pixels } = image;
  const plane = image.width * image.height;
  const [red, green, blue] = [0, 1, 2].map((channel) => valuesOf(normalisation, channel)) as [Row, Row, Row];
  const first = index * 3 * plane;
  const second = first + plane;
  const third = second + plane;
  for (let at = 0, from = 0; at < plane; at++, from += 3) {
    batch[first + at] = red[pixels[from] as number] as number;
    batch[second + at] = green[pixels[from + 1] as number] as number;
    batch[third + at] = blue[pixels[from + 2] as number] as number;
  }
}

type Row = Float32Array;

/** The normalised number of each byte of a channel: 256. */
export function valuesOf({ mean, std }: Normalisation, channel: number): Row {
  const offset = mean[channel] as number;
  const scale = std[channel] as number;
  const row = new Float32Array(256);
  for (let value = 0; value < 256; value++) row[value] = (value / 255 - offset) / scale;
  return row;
}

/** One picture as a float32 tensor [1, 3, height, width]. */
export function normalise(image: RgbImage, normalisation: Normalisation): Float32Array {
  const tensor = new Float32Array(3 * image.width * image.height);
  normaliseInto(tensor, 0, image, normalisation);
  return tensor;
}
