import type { RgbImage } from "../rgb-image.js";
import { type Border, placeInside } from "./border.js";
import { isGrey } from "./grey.js";

/** The source position of a target pixel (x, y), both measured to pixel centres: (a x + b y + c, d x + e y + f). */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * The picture under an affine map, bilinear, at the same size. Bit for bit equal to Pillow's `Image.transform(size, AFFINE,
 * matrix, BILINEAR)` (`src/libImaging/Geometry.c`): with a border colour, a target pixel whose centre falls outside has that
 * colour, and neighbours outside repeat the edge; results are truncated to bytes. `edge` and `reflect` are the same map on a
 * picture padded in that mode.
 */
export function resampled(image: RgbImage, matrix: AffineMatrix, border: Border): RgbImage {
  const { width, height, pixels } = image;
  const made = new Uint8Array(pixels.length);
  // Pillow adds a x and b y first, then c: in another order the last digit, and so an occasional byte, differs.
  const [a, b, c, d, e, f] = matrix;
  const alongX = Float64Array.from({ length: width }, (_, column) => a * (column + 0.5));
  const alongY = Float64Array.from({ length: width }, (_, column) => d * (column + 0.5));
  const colour = border.kind === "colour" ? Uint8Array.from(border.colour) : undefined;
  const reflects = border.kind === "reflect";
  // For a grey picture, one channel is computed for all three, with the same arithmetic.
  const isOneChannel = isGrey(pixels);
  const rowBytes = width * 3;
  let to = 0;
  for (let row = 0; row < height; row++) {
    const rowX = b * (row + 0.5);
    const rowY = e * (row + 0.5);
    for (let column = 0; column < width; column++, to += 3) {
      const x = (alongX[column] as number) + rowX + c;
      const y = (alongY[column] as number) + rowY + f;
      if (colour !== undefined && (x < 0 || x >= width || y < 0 || y >= height)) {
        made[to] = colour[0] as number;
        made[to + 1] = colour[1] as number;
        made[to + 2] = colour[2] as number;
        continue;
      }
      const left = Math.floor(x - 0.5) | 0;
      const top = Math.floor(y - 0.5) | 0;
      const dx = x - 0.5 - left;
      const dy = y - 0.5 - top;
      let topLeft = top * rowBytes + left * 3;
      let topRight = topLeft + 3;
      let bottomLeft = topLeft + rowBytes;
      let bottomRight = bottomLeft + 3;
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
        const x0 = placeInside(left, width, reflects) * 3;
        const x1 = placeInside(left + 1, width, reflects) * 3;
        const y0 = placeInside(top, height, reflects) * rowBytes;
        const y1 = placeInside(top + 1, height, reflects) * rowBytes;
        topLeft = y0 + x0;
        topRight = y0 + x1;
        bottomLeft = y1 + x0;
        bottomRight = y1 + x1;
      }
      // Unrolled: a loop over the channels takes a quarter longer.
      const a0 = pixels[topLeft] as number;
      const b0 = pixels[bottomLeft] as number;
      const above0 = a0 + ((pixels[topRight] as number) - a0) * dx;
      const below0 = b0 + ((pixels[bottomRight] as number) - b0) * dx;
      const first = (above0 + (below0 - above0) * dy) | 0;
      made[to] = first;
      if (isOneChannel) {
        made[to + 1] = first;
        made[to + 2] = first;
        continue;
      }
      const a1 = pixels[topLeft + 1] as number;
      const b1 = pixels[bottomLeft + 1] as number;
      const above1 = a1 + ((pixels[topRight + 1] as number) - a1) * dx;
      const below1 = b1 + ((pixels[bottomRight + 1] as number) - b1) * dx;
      made[to + 1] = (above1 + (below1 - above1) * dy) | 0;
      const a2 = pixels[topLeft + 2] as number;
      const b2 = pixels[bottomLeft + 2] as number;
      const above2 = a2 + ((pixels[topRight + 2] as number) - a2) * dx;
      const below2 = b2 + ((pixels[bottomRight + 2] as number) - b2) * dx;
      made[to + 2] = (above2 + (below2 - above2) * dy) | 0;
    }
  }
  return { width, height, pixels: made };
}
