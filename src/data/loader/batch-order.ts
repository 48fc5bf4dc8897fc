/** A batch's order and its result: plain data, sent between threads. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { ThingOf } from "../../recipe/signatures.js";
import type { PictureTarget } from "../augment/from-recipe.js";
import type { Normalisation } from "../normalise.js";
import type { PicturePlace } from "../picture-place.js";
import type { RgbImage } from "../rgb-image.js";
import type { View } from "../views.js";

/** Settings for all batches of a run. */
export interface LoaderSetting {
  readonly augment: readonly ThingOf<"augmentation">[];
  readonly target: PictureTarget & Normalisation;
  /** Whether pictures are cropped, so larger ones are kept. */
  readonly keepLarger: boolean;
  readonly seed: number;
}

/** A position in a batch: its draw, with the prepared picture, the picture's place, or why it cannot be read. */
export interface PictureOrder {
  readonly key: string;
  readonly label: number;
  readonly repeat: number;
  readonly picture: RgbImage | PicturePlace | { readonly found: Diagnostic };
}

/** How pictures are prepared: as in a training step of an epoch, or by an evaluation's view. */
export type Sight = { readonly epoch: number; readonly step: number } | { readonly view: View };

export interface BatchOrder {
  readonly pictures: readonly PictureOrder[];
  /** Each gives a batch of the same pictures, which are read once. */
  readonly sights: readonly Sight[];
  /** The targets, [N, C]. */
  readonly targets: Float32Array;
  /** Whether a picture that cannot be read is replaced by another of the batch; otherwise it is left out. */
  readonly isFilled: boolean;
  /** Whether the pictures are also needed as bytes. */
  readonly wantsImages: boolean;
  /** Buffers [N, 3, H, W] of earlier batches for reuse; those of another length are ignored. */
  readonly rooms: readonly Float32Array[];
}

/** The batch for one sight. */
export interface SeenBatch {
  /** [N, 3, H, W]. */
  readonly numbers: Float32Array;
  readonly targets: Float32Array;
  /** Whether its pictures and targets are mixed. */
  readonly isMixed: boolean;
  /** The pictures as bytes, if requested. */
  readonly images: readonly RgbImage[];
}

export interface MadeBatch {
  /** For each of its pictures, its index in the order. */
  readonly from: readonly number[];
  readonly unreadable: readonly Unreadable[];
  readonly seen: readonly SeenBatch[];
  /** Milliseconds for reading and decoding, and for making the numbers. */
  readonly times: { readonly read: number; readonly make: number };
}

/** A picture of the order that cannot be read. */
export interface Unreadable {
  readonly key: string;
  readonly found: Diagnostic;
}
