/**
 * Mixes the pictures of a batch and their targets: each with the previous one, the first with the last (batches are shuffled,
 * so this is a random partner). The formulas are torchvision's `v2.MixUp` and `v2.CutMix`, on bytes.
 */
import { drawBeta } from "../../random/beta.js";
import type { RandomStream } from "../../random/stream.js";
import type { RgbImage } from "../rgb-image.js";
import { drawBelow } from "./augmentation.js";

/** How a batch is mixed. `share` is the weight of each picture's own target; the rest is the previous picture's. */
export type Mix =
  /** Every pixel is blended with the same weight. */
  | { readonly kind: "blend"; readonly share: number }
  /** The rectangle is taken from the other picture: from left and top to right and bottom, exclusive. */
  | {
      readonly kind: "paste";
      readonly share: number;
      readonly left: number;
      readonly top: number;
      readonly right: number;
      readonly bottom: number;
    };

/** Draws how a batch is mixed; undefined means unmixed. */
export type Mixer = (random: RandomStream) => Mix | undefined;

export interface MixOptions {
  /** Shares are drawn from Beta(alpha, alpha). */
  readonly alpha: number;
  /** The probability that a batch is mixed. */
  readonly p: number;
}

/** Blends (Zhang et al. 2018). */
export function mixup({ alpha, p }: MixOptions): Mixer {
  return (random) => (random.uniform() < p ? { kind: "blend", share: drawBeta(alpha, random) } : undefined);
}

/** Pastes (Yun et al. 2019) into pictures of this size. */
export function cutMix({ alpha, p }: MixOptions, width: number, height: number): Mixer {
  return (random) => {
    if (random.uniform() >= p) return undefined;
    const share = drawBeta(alpha, random);
    return pasteAround(share, drawBelow(width, random), drawBelow(height, random), width, height);
  };
}

/**
 * The rectangle around (x, y) whose sides are the picture's times the square root of 1 - `share`, clipped at the edges; the
 * resulting share is the remaining area.
 */
export function pasteAround(share: number, x: number, y: number, width: number, height: number): Mix {
  const half = 0.5 * Math.sqrt(1 - share);
  const halfWidth = Math.trunc(half * width);
  const halfHeight = Math.trunc(half * height);
  const left = Math.max(0, x - halfWidth);
  const right = Math.min(width, x + halfWidth);
  const top = Math.max(0, y - halfHeight);
  const bottom = Math.min(height, y + halfHeight);
  return { kind: "paste", share: 1 - ((right - left) * (bottom - top)) / (width * height), left, top, right, bottom };
}

/** The pictures of a batch, all of one size, after all mixes in order; the same array if there is none. */
export function mixImages(images: readonly RgbImage[], mixes: readonly Mix[]): readonly RgbImage[] {
  return mixes.reduce((current, mix) => current.map((image, i) => mixed(image, before(current, i), mix)), images);
}

/** Mixes the rows that belong to the pictures of such a batch in the same way; in place. */
export function mixRows(rows: Float32Array, count: number, mixes: readonly Mix[]): void {
  const length = rows.length / count;
  for (const { share } of mixes) {
    const own = rows.slice();
    for (let at = 0; at < rows.length; at++) {
      const other = at < length ? at + rows.length - length : at - length;
      rows[at] = share * (own[at] as number) + (1 - share) * (own[other] as number);
    }
  }
}

/** For each row the index of its largest number; the first one if there are several. */
export function largestOfRows(rows: Float32Array, count: number): readonly number[] {
  const length = rows.length / count;
  return Array.from({ length: count }, (_, row) => {
    const own = rows.subarray(row * length, (row + 1) * length);
    return own.indexOf(Math.max(...own));
  });
}

function mixed(image: RgbImage, other: RgbImage, mix: Mix): RgbImage {
  const { width } = image;
  if (mix.kind === "blend") {
    const { share } = mix;
    const made = new Uint8Array(image.pixels.length);
    for (let at = 0; at < made.length; at++) {
      made[at] = share * (image.pixels[at] as number) + (1 - share) * (other.pixels[at] as number) + 0.5;
    }
    return { ...image, pixels: made };
  }
  const made = image.pixels.slice();
  for (let row = mix.top; row < mix.bottom; row++) {
    const from = (row * width + mix.left) * 3;
    made.set(other.pixels.subarray(from, (row * width + mix.right) * 3), from);
  }
  return { ...image, pixels: made };
}

function before<T>(items: readonly T[], i: number): T {
  return items[(i + items.length - 1) % items.length] as T;
}
