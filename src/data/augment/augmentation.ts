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
