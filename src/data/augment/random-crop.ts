import { type Augmentation, drawBelow } from "./augmentation.js";
import type { Border } from "./border.js";
import { windowOf } from "./window.js";

export interface RandomCropOptions {
  /** Pixels that come to each side before the part is cut. */
  readonly padding: number;
  /** Of the part; without it the picture's own, and the picture is shifted. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly border: Border;
}

/** A part of the padded picture, anywhere in it (torchvision's RandomCrop). The picture must be as large as the part. */
export function randomCrop({ padding, size, border }: RandomCropOptions): Augmentation {
  return (image, random) => {
    const { width, height } = size ?? image;
    const left = drawBelow(image.width + 2 * padding - width + 1, random) - padding;
    const top = drawBelow(image.height + 2 * padding - height + 1, random) - padding;
    return windowOf(image, { left, top, width, height }, border);
  };
}
