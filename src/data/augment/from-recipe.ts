/** A recipe's list of augmentations as functions on pictures and batches. */
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import { randomStream } from "../../random/stream.js";
import type { ThingOf } from "../../recipe/signatures.js";
import type { Draw } from "../draws.js";
import { resizeBilinear } from "../resize-picture.js";
import type { RgbImage } from "../rgb-image.js";
import type { Augmentation } from "./augmentation.js";
import { type Border, black } from "./border.js";
import { colorJitter } from "./color-jitter.js";
import { randomGrayscale } from "./grey.js";
import { horizontalFlip } from "./horizontal-flip.js";
import { cutMix, type Mix, type Mixer, mixup } from "./mixing.js";
import { randomAffine } from "./random-affine.js";
import { randomCrop } from "./random-crop.js";
import { randomErasing } from "./random-erasing.js";
import { randomResizedCrop } from "./random-resized-crop.js";
import { resizeTo } from "./resize-to.js";
import { rotation } from "./rotation.js";

/** The target size and normalisation of pictures. */
export interface PictureTarget {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue in 0..1 that become zero for the network. */
  readonly mean: readonly number[];
}

export interface Augmenter {
  /** Whether it crops pictures, so that pictures larger than the model's input are useful. */
  readonly takesParts: boolean;
  /** The draw's augmented picture at the model's size; the same for the same seed, epoch and draw. */
  augment(image: RgbImage, draw: Draw, epoch: number): RgbImage;
  /** The picture resized to the model's size only: the input of evaluation. */
  plain(image: RgbImage): RgbImage;
  /** How that step's batch is mixed after its pictures are augmented (see mixing.ts); several mixes are applied in order. */
  mixes(epoch: number, step: number): readonly Mix[];
}

/**
 * The augmentations in the recipe's order. Pictures are resized to the model's size before the first one, or, if there is a
 * crop, by the crop: earlier augmentations then get the original size. Mixing comes last.
 */
export function augmenterOf(
  things: readonly ThingOf<"augmentation">[],
  target: PictureTarget,
  seed: number,
): Augmenter | Problem {
  const steps: Augmentation[] = [];
  const mixers: Mixer[] = [];
  let isResized = false;
  for (const thing of things) {
    const made = augmentationOf(thing, target, isResized);
    if (isProblem(made)) return made;
    if (made.kind === "picture") steps.push(made.step);
    else mixers.push(made.mixer);
    isResized ||= thing.name === "resize";
  }
  return {
    plain: (image) => atSize(image, target),
    takesParts: isResized || things.some(({ name }) => name === "random_resized_crop"),
    augment: (image, { sample, repeat }, epoch) => {
      if (steps.length === 0) return atSize(image, target);
      const random = randomStream(seed, `augment.${epoch}.${repeat}.${sample.key}`);
      return atSize(
        steps.reduce((current, step) => step(current, random), image),
        target,
      );
    },
    mixes: (epoch, step) => {
      if (mixers.length === 0) return [];
      const random = randomStream(seed, `mix.${epoch}.${step}`);
      return mixers.flatMap((draw) => draw(random) ?? []);
    },
  };
}

/** The picture at the target size; unchanged if it already has it. */
export function atSize(image: RgbImage, { width, height }: Pick<PictureTarget, "width" | "height">): RgbImage {
  return image.width === width && image.height === height ? image : resizeBilinear(image, width, height);
}

type Made =
  | { readonly kind: "picture"; readonly step: Augmentation }
  | { readonly kind: "batch"; readonly mixer: Mixer };

const onPicture = (step: Augmentation): Made => ({ kind: "picture", step });

function augmentationOf(thing: ThingOf<"augmentation">, target: PictureTarget, isResized: boolean): Made | Problem {
  const { width, height } = target;
  switch (thing.name) {
    case "horizontal_flip":
      return onPicture(horizontalFlip(thing.fields.p));
    case "resize":
      return onPicture(resizeTo(thing.fields.size));
    case "random_crop": {
      const size = isResized ? { width, height } : undefined;
      return onPicture(
        randomCrop({ padding: thing.fields.padding, size, border: borderOf(thing.fields.border, target) }),
      );
    }
    case "rotation":
      return onPicture(rotation(thing.fields.degrees, borderOf(thing.fields.border, target)));
    case "random_affine": {
      const scale = pairOf(thing.fields.scale);
      const wrong = wrongRange(thing.name, "scale", scale, Infinity);
      if (wrong !== undefined) return wrong;
      const [degrees, translate] = [thing.fields.degrees, pairOf(thing.fields.translate)];
      return onPicture(randomAffine({ degrees, translate, scale, border: borderOf(thing.fields.border, target) }));
    }
    case "color_jitter":
      return onPicture(colorJitter(thing.fields));
    case "random_grayscale":
      return onPicture(randomGrayscale(thing.fields.p));
    case "random_erasing":
    case "random_resized_crop": {
      const [scale, ratio] = [pairOf(thing.fields.scale), pairOf(thing.fields.ratio)];
      const wrong = wrongRange(thing.name, "scale", scale, 1) ?? wrongRange(thing.name, "ratio", ratio, Infinity);
      if (wrong !== undefined) return wrong;
      return onPicture(
        thing.name === "random_erasing"
          ? randomErasing({ p: thing.fields.p, scale, ratio, colour: meanColour(target) })
          : randomResizedCrop({ scale, ratio, width, height }),
      );
    }
    case "mixup":
      return { kind: "batch", mixer: mixup({ alpha: thing.fields.alpha, p: thing.fields.p }) };
    case "cut_mix":
      return { kind: "batch", mixer: cutMix({ alpha: thing.fields.alpha, p: thing.fields.p }, width, height) };
  }
}

/** The byte per channel that is nearest to zero for the network. */
const meanColour = ({ mean }: PictureTarget): readonly number[] =>
  mean.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255));

function borderOf(name: "black" | "mean" | "edge" | "reflect", target: PictureTarget): Border {
  switch (name) {
    case "edge":
    case "reflect":
      return { kind: name };
    case "mean":
      return { kind: "colour", colour: meanColour(target) };
    case "black":
      return black;
  }
}

function wrongRange(
  name: string,
  what: string,
  [low, high]: readonly [number, number],
  limit: number,
): Problem | undefined {
  if (low > 0 && low <= high && high <= limit) return undefined;
  return problem("data/bad-crop-range", { name, what, low, high, limit });
}

/** A list of two numbers, as its signature requires. */
function pairOf([low, high]: readonly number[]): readonly [number, number] {
  invariant(low !== undefined && high !== undefined, "an augmentation's range is none");
  return [low, high];
}
