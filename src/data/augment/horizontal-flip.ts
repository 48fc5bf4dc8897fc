import type { RgbImage } from "../rgb-image.js";
import type { Augmentation } from "./augmentation.js";

export function horizontalFlip(p: number): Augmentation {
  return (image, random) => (random.uniform() < p ? mirrored(image) : image);
}

/** The picture mirrored horizontally. */
export function mirrored({ width, height, pixels }: RgbImage): RgbImage {
  const turned = new Uint8Array(pixels.length);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let from = ((row + 1) * width - 1) * 3; to < (row + 1) * width * 3; from -= 3) {
      turned[to] = pixels[from] as number;
      turned[to + 1] = pixels[from + 1] as number;
      turned[to + 2] = pixels[from + 2] as number;
      to += 3;
    }
  }
  return { width, height, pixels: turned };
}
