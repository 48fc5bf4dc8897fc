import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBelow, drawBetween } from "./augmentation.js";

export interface JitterOptions {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

type Change = (image: RgbImage, factor: number) => RgbImage;

/** Brightness, contrast and saturation, each times a factor from 1 - v to 1 + v (not below 0), in an order that is drawn too. */
export function colorJitter(options: JitterOptions): Augmentation {
  const changes = [
    { change: brightened, by: options.brightness },
    { change: contrasted, by: options.contrast },
    { change: saturated, by: options.saturation },
  ].filter(({ by }) => by > 0);
  return (image, random) => {
    const left = [...changes];
    let changed = image;
    while (left.length > 0) {
      const [{ change, by }] = left.splice(drawBelow(left.length, random), 1) as [(typeof changes)[number]];
      changed = change(changed, drawBetween(Math.max(0, 1 - by), 1 + by, random));
    }
    return changed;
  };
}

// The three are Pillow's ImageEnhance: a blend with black, with the mean grey, with the grey picture.

export const brightened: Change = (image, factor) => blended(image, factor, () => 0);

export const contrasted: Change = (image, factor) => {
  let sum = 0;
  for (let at = 0; at < image.pixels.length; at += 3) sum += grey(image.pixels, at);
  const mean = Math.floor(sum / (image.width * image.height) + 0.5);
  return blended(image, factor, () => mean);
};

export const saturated: Change = (image, factor) => blended(image, factor, grey);

/** ITU-R 601-2 luma in Pillow's 16 fractional bits (its `src/libImaging/Convert.c`). */
function grey(pixels: Uint8Array, at: number): number {
  const [red, green, blue] = [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number];
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** `from + factor * (value - from)`, cut off to a byte (Pillow's `src/libImaging/Blend.c`, float32 like it). */
function blended(
  { width, height, pixels }: RgbImage,
  factor: number,
  from: (pixels: Uint8Array, at: number) => number,
): RgbImage {
  const made = new Uint8Array(pixels.length);
  const share = Math.fround(factor);
  for (let at = 0; at < pixels.length; at += 3) {
    const base = from(pixels, at);
    for (let channel = at; channel < at + 3; channel++) {
      const value = Math.fround(base + Math.fround(share * ((pixels[channel] as number) - base)));
      made[channel] = Math.min(255, Math.max(0, value));
    }
  }
  return { width, height, pixels: made };
}
