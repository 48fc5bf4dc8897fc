import { type Augmentation, drawBelow } from "./augmentation.js";
import type { Border } from "./border.js";
import { windowOf } from "./window.js";

export interface RandomCropOptions {
  /** Pixels added on each side before cropping. */
  readonly padding: number;
  /** The size of the crop; without it the picture's own size, so that the picture is shifted. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly border: Border;
}

/** A random crop of the padded picture (torchvision's RandomCrop). The picture must be at least as large as the crop. */
export function randomCrop({ padding, size, border }: RandomCropOptions): Augmentation {
  return (image, random) => {
    const { width, height } = size ?? image;
    const left = drawBelow(image.width + 2 * padding - width + 1, random) - padding;
    const top = drawBelow(image.height + 2 * padding - height + 1, random) - padding;
    return windowOf(image, { left, top, width, height }, border);
  };
}
