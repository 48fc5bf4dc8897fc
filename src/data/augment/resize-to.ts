import { resizeBilinear } from "../resize-picture.js";
import type { Augmentation } from "./augmentation.js";

/** Maximum ratio of the longer side to the shorter one, so that a very thin picture does not become huge. */
const longestShare = 8;

/** The picture with its shorter side at `size` and its aspect ratio kept (torchvision's Resize with one number). Not random. */
export function resizeTo(size: number): Augmentation {
  return (image) => {
    const shorter = Math.min(image.width, image.height);
    const side = (length: number): number =>
      length === shorter ? size : Math.min(longestShare * size, Math.trunc((size * length) / shorter));
    const [width, height] = [side(image.width), side(image.height)];
    return width === image.width && height === image.height ? image : resizeBilinear(image, width, height);
  };
}
