import { resizeBilinear } from "../resize-picture.js";
import type { Augmentation } from "./augmentation.js";

/** The longer side is at most so many times the shorter one: a picture that is one long line must not grow without bound. */
const longestShare = 8;

/** The picture with its shorter side at `size`, its proportions kept (torchvision's Resize with one number). No chance in it. */
export function resizeTo(size: number): Augmentation {
  return (image) => {
    const shorter = Math.min(image.width, image.height);
    const side = (length: number): number =>
      length === shorter ? size : Math.min(longestShare * size, Math.trunc((size * length) / shorter));
    const [width, height] = [side(image.width), side(image.height)];
    return width === image.width && height === image.height ? image : resizeBilinear(image, width, height);
  };
}
