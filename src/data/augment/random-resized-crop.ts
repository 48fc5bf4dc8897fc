import type { RandomStream } from "../../random/stream.js";
import { resizeBilinear } from "../resize-picture.js";
import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBelow, drawBetween } from "./augmentation.js";
import { black } from "./border.js";
import { type Window, windowOf } from "./window.js";

export interface CropOptions {
  /** Smallest and largest share of the picture's area. */
  readonly scale: readonly [number, number];
  /** Smallest and largest width over height. */
  readonly ratio: readonly [number, number];
  readonly width: number;
  readonly height: number;
}

/** Number of attempts to find a crop inside the picture. */
const tries = 10;

/**
 * A random crop resized to the model's size: its area is uniform, and so is the logarithm of its aspect ratio. After ten crops
 * that do not fit, the largest central one with an allowed aspect ratio (torchvision's RandomResizedCrop).
 */
export function randomResizedCrop(options: CropOptions): Augmentation {
  return (image, random) => {
    // The border does not matter: the crop is inside the picture.
    return resizeBilinear(windowOf(image, drawPart(image, options, random), black), options.width, options.height);
  };
}

/** The part of a picture of this size. */
export function drawPart(
  image: Pick<RgbImage, "width" | "height">,
  { scale, ratio }: Pick<CropOptions, "scale" | "ratio">,
  random: RandomStream,
): Window {
  for (let i = 0; i < tries; i++) {
    const area = image.width * image.height * drawBetween(scale[0], scale[1], random);
    const proportion = Math.exp(drawBetween(Math.log(ratio[0]), Math.log(ratio[1]), random));
    const width = Math.round(Math.sqrt(area * proportion));
    const height = Math.round(Math.sqrt(area / proportion));
    if (width < 1 || height < 1 || width > image.width || height > image.height) continue;
    const top = drawBelow(image.height - height + 1, random);
    const left = drawBelow(image.width - width + 1, random);
    return { left, top, width, height };
  }
  const proportion = Math.min(ratio[1], Math.max(ratio[0], image.width / image.height));
  const width = Math.min(image.width, Math.max(1, Math.round(image.height * proportion)));
  const height = Math.min(image.height, Math.max(1, Math.round(image.width / proportion)));
  return { left: (image.width - width) >> 1, top: (image.height - height) >> 1, width, height };
}
