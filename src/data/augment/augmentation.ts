import type { RandomStream } from "../../random/stream.js";
import type { RgbImage } from "../rgb-image.js";

/**
 * Changes a picture randomly, without modifying its argument. It draws the same number of random numbers only for the same
 * outcome.
 */
export type Augmentation = (image: RgbImage, random: RandomStream) => RgbImage;

/** A whole number from 0 to `count` - 1. */
export function drawBelow(count: number, random: RandomStream): number {
  return Math.floor(random.uniform() * count);
}

export function drawBetween(low: number, high: number, random: RandomStream): number {
  return low + (high - low) * random.uniform();
}
