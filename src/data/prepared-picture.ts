import { atSize, type PictureTarget } from "./augment/from-recipe.js";
import { resizeBilinear } from "./resize-picture.js";
import type { RgbImage } from "./rgb-image.js";

/** The form in which pictures are kept between epochs. */
export interface Preparation {
  readonly target: Pick<PictureTarget, "width" | "height">;
  /** Pictures will be cropped: they are kept at their own size, but at most twice the target's. */
  readonly keepLarger: boolean;
}

/** The picture at the target's size, or at its own if it will be cropped. */
export function prepared(image: RgbImage, { target, keepLarger }: Preparation): RgbImage {
  if (!keepLarger) return atSize(image, target);
  const factor = Math.max((2 * target.width) / image.width, (2 * target.height) / image.height);
  if (factor >= 1) return image;
  return resizeBilinear(image, Math.round(image.width * factor), Math.round(image.height * factor));
}
