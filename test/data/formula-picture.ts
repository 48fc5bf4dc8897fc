import type { RgbImage } from "../../src/data/rgb-image.js";

/** The picture of test/data/pil/make_reference.py: noisy, with all values, without symmetry. */
export function formulaPicture(width: number, height: number): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        pixels[at] = x * x * 3 + y * y * 5 + x * y * 7 + ((x * 31 + y * 17) ^ (x << 1)) + c * 91;
        at++;
      }
    }
  }
  return { width, height, pixels };
}
