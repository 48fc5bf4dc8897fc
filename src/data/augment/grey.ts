import type { RgbImage } from "../rgb-image.js";
import type { Augmentation } from "./augmentation.js";

/** Whether red, green and blue are equal everywhere: a grey picture stored as RGB. Returns early for colour pictures. */
export function isGrey(pixels: Uint8Array): boolean {
  for (let at = 0; at < pixels.length; at += 3) {
    const red = pixels[at];
    if (red !== pixels[at + 1] || red !== pixels[at + 2]) return false;
  }
  return true;
}

/** ITU-R 601-2 luma in Pillow's 16 fractional bits (its `src/libImaging/Convert.c`). */
export function greyOf(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** With probability `p` the picture in grey (torchvision's RandomGrayscale). */
export function randomGrayscale(p: number): Augmentation {
  return (image, random) => (random.uniform() < p ? greyed(image) : image);
}

export function greyed({ width, height, pixels }: RgbImage): RgbImage {
  const made = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    const grey = greyOf(pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number);
    made[at] = grey;
    made[at + 1] = grey;
    made[at + 2] = grey;
  }
  return { width, height, pixels: made };
}
