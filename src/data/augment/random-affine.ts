import type { RandomStream } from "../../random/stream.js";
import type { RgbImage } from "../rgb-image.js";
import { type Augmentation, drawBetween } from "./augmentation.js";
import type { Border } from "./border.js";
import { type AffineMatrix, resampled } from "./resample.js";

export interface AffineOptions {
  /** Maximum, in either direction. */
  readonly degrees: number;
  /** Maximum, in either direction, as shares of width and height. */
  readonly translate: readonly [number, number];
  /** Smallest and largest factor; above 1 enlarges. */
  readonly scale: readonly [number, number];
  readonly border: Border;
}

type Size = Pick<RgbImage, "width" | "height">;

/** The random values for one picture. */
export interface AffineChange {
  /** Clockwise. */
  readonly degrees: number;
  /** Whole pixels, to the right and down. */
  readonly shift: readonly [number, number];
  readonly scale: number;
}

/** Rotates, shifts and scales the picture in one resampling (torchvision's RandomAffine without shear). */
export function randomAffine(options: AffineOptions): Augmentation {
  return (image, random) => moved(image, drawChange(image, options, random), options.border);
}

/** The random values for a picture of this size. */
export function drawChange(
  { width, height }: Size,
  options: Omit<AffineOptions, "border">,
  random: RandomStream,
): AffineChange {
  const { degrees, translate, scale } = options;
  const angle = drawBetween(-degrees, degrees, random);
  const right = drawBetween(-translate[0] * width, translate[0] * width, random);
  const down = drawBetween(-translate[1] * height, translate[1] * height, random);
  return {
    degrees: angle,
    shift: [Math.round(right), Math.round(down)],
    scale: drawBetween(scale[0], scale[1], random),
  };
}

/** The picture scaled and rotated about its centre, then shifted. */
export function moved(image: RgbImage, { degrees, shift, scale }: AffineChange, border: Border): RgbImage {
  if (degrees === 0 && scale === 1 && shift[0] === 0 && shift[1] === 0) return image;
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle) / scale;
  const sin = Math.sin(angle) / scale;
  const x = image.width * 0.5;
  const y = image.height * 0.5;
  const matrix: AffineMatrix = [
    cos,
    sin,
    cos * (-x - shift[0]) + sin * (-y - shift[1]) + x,
    -sin,
    cos,
    -sin * (-x - shift[0]) + cos * (-y - shift[1]) + y,
  ];
  return resampled(image, matrix, border);
}
