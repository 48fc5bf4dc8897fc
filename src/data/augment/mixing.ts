/**
 * What mixes the pictures of a batch, and their targets with them: every picture with the one before it, the first with the last
 * (batches come shuffled, so that is anybody). The formulas are torchvision's `v2.MixUp` and `v2.CutMix`, on bytes.
 */
import { drawBeta } from "../../random/beta.js";
import type { RandomStream } from "../../random/stream.js";
import type { RgbImage } from "../rgb-image.js";
import { drawBelow } from "./augmentation.js";

/** Pictures of one size, and for each of them the shares of the classes. */
export interface Mixable {
  readonly images: readonly RgbImage[];
  readonly targets: readonly Float32Array[];
}

/** Changes a batch by chance; never its argument. */
export type Mixer = (batch: Mixable, random: RandomStream) => Mixable;

export interface MixOptions {
  /** Shares are drawn from Beta(alpha, alpha). */
  readonly alpha: number;
  /** How often a batch is mixed. */
  readonly p: number;
}

export function mixup({ alpha, p }: MixOptions): Mixer {
  return (batch, random) => (random.uniform() < p ? blended(batch, drawBeta(alpha, random)) : batch);
}

export function cutMix({ alpha, p }: MixOptions): Mixer {
  return (batch, random) => {
    if (random.uniform() >= p) return batch;
    const [first] = batch.images;
    const share = drawBeta(alpha, random);
    const x = drawBelow(first?.width ?? 0, random);
    const y = drawBelow(first?.height ?? 0, random);
    return pasted(batch, share, x, y);
  };
}

/** Each picture's share of it, the rest of the one before (Zhang et al. 2018). */
export function blended({ images, targets }: Mixable, share: number): Mixable {
  return {
    images: images.map((image, i) => {
      const { pixels } = before(images, i);
      const made = new Uint8Array(image.pixels.length);
      for (let at = 0; at < made.length; at++) {
        made[at] = share * (image.pixels[at] as number) + (1 - share) * (pixels[at] as number) + 0.5;
      }
      return { ...image, pixels: made };
    }),
    targets: mixedTargets(targets, share),
  };
}

/**
 * Into each picture a rectangle of the one before, in its place: about (x, y), its sides the picture's times the root of
 * 1 - `share`, cut off at the edges; targets go by the area that is left (Yun et al. 2019).
 */
export function pasted({ images, targets }: Mixable, share: number, x: number, y: number): Mixable {
  const [first] = images;
  if (first === undefined) return { images, targets };
  const { width, height } = first;
  const half = 0.5 * Math.sqrt(1 - share);
  const halfWidth = Math.trunc(half * width);
  const halfHeight = Math.trunc(half * height);
  const left = Math.max(0, x - halfWidth);
  const right = Math.min(width, x + halfWidth);
  const top = Math.max(0, y - halfHeight);
  const bottom = Math.min(height, y + halfHeight);
  return {
    images: images.map((image, i) => {
      const { pixels } = before(images, i);
      const made = image.pixels.slice();
      for (let row = top; row < bottom; row++) {
        const from = (row * width + left) * 3;
        made.set(pixels.subarray(from, from + (right - left) * 3), from);
      }
      return { ...image, pixels: made };
    }),
    targets: mixedTargets(targets, 1 - ((right - left) * (bottom - top)) / (width * height)),
  };
}

/** The class with the largest share; of several the first. */
export function largestShare(target: ArrayLike<number>): number {
  let largest = 0;
  for (let c = 1; c < target.length; c++) {
    if ((target[c] as number) > (target[largest] as number)) largest = c;
  }
  return largest;
}

function mixedTargets(targets: readonly Float32Array[], share: number): readonly Float32Array[] {
  return targets.map((own, i) => {
    const other = before(targets, i);
    return own.map((value, c) => share * value + (1 - share) * (other[c] as number));
  });
}

function before<T>(items: readonly T[], i: number): T {
  return items[(i + items.length - 1) % items.length] as T;
}
