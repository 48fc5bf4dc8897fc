import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBetween } from "./augmentation.js";
import type { Border } from "./border.js";
import { resampled } from "./resample.js";

/** Rotates the picture about its centre by up to `degrees` in either direction. */
export function rotation(degrees: number, border: Border): Augmentation {
  return (image, random) => rotated(image, drawBetween(-degrees, degrees, random), border);
}

/** The picture rotated counter-clockwise at the same size: bit for bit equal to Pillow's `Image.rotate(degrees, BILINEAR)`. */
export function rotated(image: RgbImage, degrees: number, border: Border): RgbImage {
  const angle = (-(((degrees % 360) + 360) % 360) * Math.PI) / 180;
  // Pillow rounds the matrix, so quarter turns are exact.
  const round15 = (value: number): number => Number(value.toFixed(15));
  const cos = round15(Math.cos(angle));
  const sin = round15(Math.sin(angle));
  const x = image.width / 2;
  const y = image.height / 2;
  return resampled(image, [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y], border);
}
