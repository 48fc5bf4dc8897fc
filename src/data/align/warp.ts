import { resizeBilinear } from "../resize-picture.js";
import type { RgbImage } from "../rgb-image.js";
import { type Similarity, scaleOf } from "./similarity.js";

/**
 * The picture transformed by the similarity and cropped to a square: bilinear, black outside. If the picture would shrink to
 * less than half, it is first reduced to twice the target size by averaging: bilinear sampling alone would use only four
 * neighbours of each pixel.
 */
export function warped(image: RgbImage, by: Similarity, side: number): RgbImage {
  const scale = scaleOf(by);
  if (scale >= 0.5) return sampled(image, by, side);
  const width = Math.max(1, Math.round(image.width * scale * 2));
  const height = Math.max(1, Math.round(image.height * scale * 2));
  const [wide, high] = [image.width / width, image.height / height];
  // Pixel centres: position x of the small picture is (x + 1/2) wide - 1/2 of the large one.
  const [shiftX, shiftY] = [wide / 2 - 0.5, high / 2 - 0.5];
  const { a, b, moveX, moveY } = by;
  const matrix = [
    [a * wide, -b * high, a * shiftX - b * shiftY + moveX],
    [b * wide, a * high, b * shiftX + a * shiftY + moveY],
  ] as const;
  return sampledBy(resizeBilinear(image, width, height), matrix, side);
}

/** The same without reducing first: equal to scikit-image's `warp(order=1)`, rounded to bytes. */
export function sampled(image: RgbImage, { a, b, moveX, moveY }: Similarity, side: number): RgbImage {
  return sampledBy(
    image,
    [
      [a, -b, moveX],
      [b, a, moveY],
    ],
    side,
  );
}

type Matrix = readonly [readonly [number, number, number], readonly [number, number, number]];

/** For each target pixel, the source position given by the matrix. */
function sampledBy({ width, height, pixels }: RgbImage, [[p, q, r], [s, t, u]]: Matrix, side: number): RgbImage {
  const target = new Uint8Array(side * side * 3);
  const determinant = p * t - q * s;
  const at = (x: number, y: number, channel: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : (pixels[(y * width + x) * 3 + channel] as number);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [dx, dy] = [column - r, row - u];
      const x = (t * dx - q * dy) / determinant;
      const y = (p * dy - s * dx) / determinant;
      if (!(x > -1 && y > -1 && x < width && y < height)) continue;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [rightShare, lowerShare] = [x - left, y - top];
      for (let channel = 0; channel < 3; channel++) {
        const upper = at(left, top, channel) * (1 - rightShare) + at(left + 1, top, channel) * rightShare;
        const lower = at(left, top + 1, channel) * (1 - rightShare) + at(left + 1, top + 1, channel) * rightShare;
        target[(row * side + column) * 3 + channel] = Math.round(upper * (1 - lowerShare) + lower * lowerShare);
      }
    }
  }
  return { width: side, height: side, pixels: target };
}
