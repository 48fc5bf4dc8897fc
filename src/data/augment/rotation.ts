import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBetween } from "./augmentation.js";
import type { Border } from "./border.js";
import { resampled } from "./resample.js";

/** Turns the picture about its middle by up to so many degrees either way. */
export function rotation(degrees: number, border: Border): Augmentation {
  return (image, random) => rotated(image, drawBetween(-degrees, degrees, random), border);
}

/** The picture turned counter-clockwise, its size kept: what Pillow's `Image.rotate(degrees, BILINEAR)` gives, to the last bit. */
export function rotated(image: RgbImage, degrees: number, border: Border): RgbImage {
  const angle = (-(((degrees % 360) + 360) % 360) * Math.PI) / 180;
  // Pillow rounds the matrix: whole quarter turns have no dust from sine and cosine.
  const round15 = (value: number): number => Number(value.toFixed(15));
  const cos = round15(Math.cos(angle));
  const sin = round15(Math.sin(angle));
  const x = image.width / 2;
  const y = image.height / 2;
  return resampled(image, [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y], border);
}
