import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBetween } from "./augmentation.js";

/** Turns the picture about its middle by up to so many degrees either way; corners that come in are black. */
export function rotation(degrees: number): Augmentation {
  return (image, random) => rotated(image, drawBetween(-degrees, degrees, random));
}

/**
 * The picture turned counter-clockwise, bilinear, its size kept: what Pillow's `Image.rotate(degrees, BILINEAR)` gives
 * (`Image.rotate` for the matrix, `src/libImaging/Geometry.c` for the sampling: a target pixel whose middle falls outside the
 * picture is black, a neighbour outside is the edge's, results are cut off to bytes).
 */
export function rotated(image: RgbImage, degrees: number): RgbImage {
  const { width, height, pixels } = image;
  const turned = new Uint8Array(pixels.length);
  const angle = (-(((degrees % 360) + 360) % 360) * Math.PI) / 180;
  // Pillow rounds the matrix: whole quarter turns have no dust from sine and cosine.
  const round15 = (value: number): number => Number(value.toFixed(15));
  const cos = round15(Math.cos(angle));
  const sin = round15(Math.sin(angle));
  const middleX = width / 2;
  const middleY = height / 2;
  const startX = cos * -middleX + sin * -middleY + middleX;
  const startY = -sin * -middleX + cos * -middleY + middleY;
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++, to += 3) {
      const x = cos * (column + 0.5) + sin * (row + 0.5) + startX;
      const y = -sin * (column + 0.5) + cos * (row + 0.5) + startY;
      if (x < 0 || x >= width || y < 0 || y >= height) continue;
      const left = Math.floor(x - 0.5);
      const top = Math.floor(y - 0.5);
      const dx = x - 0.5 - left;
      const dy = y - 0.5 - top;
      const x0 = Math.max(0, left);
      const x1 = Math.min(width - 1, left + 1);
      const row0 = Math.max(0, top) * width;
      const row1 = Math.min(height - 1, top + 1) * width;
      for (let channel = 0; channel < 3; channel++) {
        const at = (from: number): number => pixels[from * 3 + channel] as number;
        const upper = at(row0 + x0) + (at(row0 + x1) - at(row0 + x0)) * dx;
        const lower = at(row1 + x0) + (at(row1 + x1) - at(row1 + x0)) * dx;
        turned[to + channel] = upper + (lower - upper) * dy;
      }
    }
  }
  return { width, height, pixels: turned };
}
