/** A recipe's list of augmentations as functions on pictures. */
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import { randomStream } from "../../random/stream.js";
import { nameOf, type PlainValue, type RecipeThing } from "../../recipe/thing.js";
import { resizeBilinear } from "../resize.js";
import type { RgbImage } from "../rgb-image.js";
import type { Draw } from "../sampling.js";
import type { Augmentation } from "./augmentation.js";
import { colorJitter } from "./color-jitter.js";
import { horizontalFlip } from "./horizontal-flip.js";
import { randomCrop } from "./random-crop.js";
import { randomErasing } from "./random-erasing.js";
import { randomResizedCrop } from "./random-resized-crop.js";
import { rotation } from "./rotation.js";

/** What pictures are to become. */
export interface PictureTarget {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue in 0..1 that the network sees as zero. */
  readonly mean: readonly number[];
}

export interface Augmenter {
  /** Whether it takes parts of pictures, and so gains from those that are larger than the model's input. */
  readonly takesParts: boolean;
  /** The draw's picture at the model's size; the same for the same seed, epoch and draw. */
  augment(image: RgbImage, draw: Draw, epoch: number): RgbImage;
  /** The picture at the model's size and nothing else: what evaluation sees. */
  plain(image: RgbImage): RgbImage;
}

/**
 * The augmentations in the recipe's order. Pictures come to the model's size before the first of them, but where parts are
 * taken: then those that stand before see the picture as it was found.
 */
export function augmenterOf(things: readonly RecipeThing[], target: PictureTarget, seed: number): Augmenter | Problem {
  const steps: Augmentation[] = [];
  for (const thing of things) {
    const step = augmentationOf(thing, target);
    if (typeof step !== "function") return step;
    steps.push(step);
  }
  return {
    plain: (image) => atSize(image, target),
    takesParts: things.some(({ name }) => name === "random_resized_crop"),
    augment: (image, { sample, repeat }, epoch) => {
      if (steps.length === 0) return atSize(image, target);
      const random = randomStream(seed, `augment.${epoch}.${repeat}.${sample.key}`);
      return atSize(
        steps.reduce((current, step) => step(current, random), image),
        target,
      );
    },
  };
}

/** The picture at the size that is meant, itself where it has it. */
export function atSize(image: RgbImage, { width, height }: Pick<PictureTarget, "width" | "height">): RgbImage {
  return image.width === width && image.height === height ? image : resizeBilinear(image, width, height);
}

function augmentationOf(thing: RecipeThing, target: PictureTarget): Augmentation | Problem {
  const { fields } = thing;
  switch (nameOf(thing, "augmentation")) {
    case "horizontal_flip":
      return horizontalFlip(number(fields.p));
    case "random_crop":
      return randomCrop(number(fields.padding));
    case "rotation":
      return rotation(number(fields.degrees));
    case "random_erasing":
      return randomErasing(
        number(fields.p),
        target.mean.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255)),
      );
    case "color_jitter":
      return colorJitter({
        brightness: number(fields.brightness),
        contrast: number(fields.contrast),
        saturation: number(fields.saturation),
      });
    case "random_resized_crop": {
      const scale = range(fields.scale);
      const ratio = range(fields.ratio);
      for (const [what, [low, high], limit] of [["scale", scale, 1] as const, ["ratio", ratio, Infinity] as const]) {
        if (!(low > 0 && low <= high && high <= limit))
          return problem("data/bad-crop-range", { what, low, high, limit });
      }
      return randomResizedCrop({ scale, ratio, width: target.width, height: target.height });
    }
  }
}

function number(value: PlainValue | undefined): number {
  invariant(typeof value === "number", "an augmentation's number is none");
  return value;
}

function range(value: PlainValue | undefined): readonly [number, number] {
  invariant(Array.isArray(value) && value.length === 2, "an augmentation's range is none");
  return [number(value[0]), number(value[1])];
}
