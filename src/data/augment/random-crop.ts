import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBelow } from "./augmentation.js";

/** Shifts the picture by up to `padding` pixels each way; what comes in is black (torchvision's RandomCrop with padding). */
export function randomCrop(padding: number): Augmentation {
  return (image, random) => {
    const right = drawBelow(2 * padding + 1, random) - padding;
    const down = drawBelow(2 * padding + 1, random) - padding;
    return shifted(image, right, down);
  };
}

/** The picture so many pixels to the right and down. */
export function shifted({ width, height, pixels }: RgbImage, right: number, down: number): RgbImage {
  const moved = new Uint8Array(pixels.length);
  const kept = width - Math.abs(right);
  if (kept <= 0) return { width, height, pixels: moved };
  for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
    const from = ((row - down) * width + Math.max(0, -right)) * 3;
    moved.set(pixels.subarray(from, from + kept * 3), (row * width + Math.max(0, right)) * 3);
  }
  return { width, height, pixels: moved };
}
