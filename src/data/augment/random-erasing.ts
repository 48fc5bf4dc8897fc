import type { RandomStream } from "../../random/stream.js";
import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBelow, drawBetween } from "./augmentation.js";
import type { Window } from "./window.js";

export interface ErasingOptions {
  readonly p: number;
  /** Smallest and largest share of the picture's area. */
  readonly scale: readonly [number, number];
  /** Smallest and largest height over width: the inverse of torchvision's ratio for crops. */
  readonly ratio: readonly [number, number];
  readonly colour: readonly number[];
}

/** Number of attempts to find a rectangle smaller than the picture. */
const tries = 10;

/** The rectangle to fill in a picture of this size; undefined if there is none. */
export function drawRectangle(
  image: Pick<RgbImage, "width" | "height">,
  { p, scale, ratio }: Omit<ErasingOptions, "colour">,
  random: RandomStream,
): Window | undefined {
  if (random.uniform() >= p) return undefined;
  for (let i = 0; i < tries; i++) {
    const area = image.width * image.height * drawBetween(scale[0], scale[1], random);
    const proportion = Math.exp(drawBetween(Math.log(ratio[0]), Math.log(ratio[1]), random));
    const width = Math.round(Math.sqrt(area / proportion));
    const height = Math.round(Math.sqrt(area * proportion));
    if (width < 1 || height < 1 || width >= image.width || height >= image.height) continue;
    const top = drawBelow(image.height - height + 1, random);
    const left = drawBelow(image.width - width + 1, random);
    return { left, top, width, height };
  }
  return undefined;
}

/** With probability `p` fills a rectangle (Zhong et al. 2017; torchvision's RandomErasing on pictures). */
export function randomErasing(options: ErasingOptions): Augmentation {
  return (image, random) => {
    const rectangle = drawRectangle(image, options, random);
    if (rectangle === undefined) return image;
    const { left, top, width, height } = rectangle;
    const pixels = image.pixels.slice();
    const from = (top * image.width + left) * 3;
    for (let at = from; at < from + width * 3; at += 3) pixels.set(options.colour, at);
    for (let row = 1; row < height; row++) {
      pixels.copyWithin(from + row * image.width * 3, from, from + width * 3);
    }
    return { ...image, pixels };
  };
}
