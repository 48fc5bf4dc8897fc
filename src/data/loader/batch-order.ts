/** What a batch is to be made of, and what it becomes: plain data, which go from thread to thread. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { ThingOf } from "../../recipe/signatures.js";
import type { PictureTarget } from "../augment/from-recipe.js";
import type { Normalisation } from "../normalise.js";
import type { PicturePlace } from "../picture-place.js";
import type { RgbImage } from "../rgb-image.js";
import type { View } from "../views.js";

/** What holds for all batches of a run. */
export interface LoaderSetting {
  readonly augment: readonly ThingOf<"augmentation">[];
  readonly target: PictureTarget & Normalisation;
  /** Whether parts are taken of pictures. */
  readonly keepLarger: boolean;
  readonly seed: number;
}

/** A place in a batch: which draw it is, and its picture, prepared; or where that lies; or why it cannot be read. */
export interface PictureOrder {
  readonly key: string;
  readonly label: number;
  readonly repeat: number;
  readonly picture: RgbImage | PicturePlace | { readonly found: Diagnostic };
}

/** How pictures are to be seen: as training does in a step of an epoch, or as a view shows them. */
export type Sight = { readonly epoch: number; readonly step: number } | { readonly view: View };

export interface BatchOrder {
  readonly pictures: readonly PictureOrder[];
  /** Each is a batch of its own, of the same pictures: they are read once. */
  readonly sights: readonly Sight[];
  /** What the network should say, [N, C]. */
  readonly targets: Float32Array;
  /** Whether a picture that cannot be read is made up for by another of the batch, or else left out. */
  readonly isFilled: boolean;
  /** Whether the pictures are wanted as bytes too. */
  readonly wantsImages: boolean;
  /** Rooms for numbers [N, 3, H, W], from earlier batches; those of another length are not used. */
  readonly rooms: readonly Float32Array[];
}

/** The batch as one sight of it. */
export interface SeenBatch {
  /** [N, 3, H, W]. */
  readonly numbers: Float32Array;
  readonly targets: Float32Array;
  /** Whether its pictures are mixed, and their targets with them. */
  readonly isMixed: boolean;
  /** As seen, where they were wanted. */
  readonly images: readonly RgbImage[];
}

export interface MadeBatch {
  /** For each of its pictures, which one of the order it is. */
  readonly from: readonly number[];
  readonly unreadable: readonly Unreadable[];
  readonly seen: readonly SeenBatch[];
  /** Milliseconds that went into reading and decoding, and into making the numbers. */
  readonly times: { readonly read: number; readonly make: number };
}

/** A picture that was to be in a batch and cannot be read. */
export interface Unreadable {
  readonly key: string;
  readonly found: Diagnostic;
}
