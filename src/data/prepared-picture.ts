import { atSize, type PictureTarget } from "./augment/from-recipe.js";
import { resizeBilinear } from "./resize-picture.js";
import type { RgbImage } from "./rgb-image.js";

/** How pictures wait for the epochs that draw them. */
export interface Preparation {
  readonly target: Pick<PictureTarget, "width" | "height">;
  /** Parts will be taken of the pictures: they are kept as found, but no larger than twice the target's size. */
  readonly keepLarger: boolean;
}

/** The picture at the target's size, or as found where parts are to be taken. */
export function prepared(image: RgbImage, { target, keepLarger }: Preparation): RgbImage {
  if (!keepLarger) return atSize(image, target);
  const factor = Math.max((2 * target.width) / image.width, (2 * target.height) / image.height);
  if (factor >= 1) return image;
  return resizeBilinear(image, Math.round(image.width * factor), Math.round(image.height * factor));
}
