import type { RandomStream } from "../../random/stream.js";
import type { RgbImage } from "../rgb-image.js";

/** Changes a picture by chance; never its argument. It draws the same count of numbers from the stream only for the same outcome. */
export type Augmentation = (image: RgbImage, random: RandomStream) => RgbImage;

/** A whole number from 0 to `count` - 1. */
export function drawBelow(count: number, random: RandomStream): number {
  return Math.floor(random.uniform() * count);
}

export function drawBetween(low: number, high: number, random: RandomStream): number {
  return low + (high - low) * random.uniform();
}

/** The part of a picture from (left, top), which must lie inside. */
export function cropped(image: RgbImage, left: number, top: number, width: number, height: number): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * image.width + left) * 3;
    pixels.set(image.pixels.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, pixels };
}
