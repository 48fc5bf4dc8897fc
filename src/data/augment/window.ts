import type { RgbImage } from "../rgb-image.js";
import { type Border, placeInside } from "./border.js";

export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a picture inside a window, which may reach beyond the picture or be outside it. */
export function windowOf(image: RgbImage, { left, top, width, height }: Window, border: Border): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  if (border.kind === "colour") fill(pixels, border.colour);
  const reflects = border.kind === "reflect";
  const first = Math.min(width, Math.max(0, -left));
  const end = Math.max(first, Math.min(width, image.width - left));
  for (let row = 0; row < height; row++) {
    const to = row * width * 3;
    const isOutside = top + row < 0 || top + row >= image.height;
    if (isOutside && border.kind === "colour") continue;
    const from = placeInside(top + row, image.height, reflects) * image.width;
    const inside = (from + left + first) * 3;
    if (end > first) pixels.set(image.pixels.subarray(inside, inside + (end - first) * 3), to + first * 3);
    if (border.kind === "colour") continue;
    for (let column = 0; column < width; column++) {
      if (column === first) column = end;
      if (column >= width) break;
      const at = (from + placeInside(left + column, image.width, reflects)) * 3;
      for (let channel = 0; channel < 3; channel++) {
        pixels[to + column * 3 + channel] = image.pixels[at + channel] as number;
      }
    }
  }
  return { width, height, pixels };
}

/** Sets every pixel to that colour. */
export function fill(pixels: Uint8Array, colour: readonly number[]): void {
  pixels.set(colour);
  for (let done = 3; done < pixels.length; done *= 2) pixels.copyWithin(done, 0, Math.min(done, pixels.length - done));
}
