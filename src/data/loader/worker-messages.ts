import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { PicturePlace } from "../picture-place.js";
import type { RgbImage } from "../rgb-image.js";
import type { BatchOrder, MadeBatch } from "./batch-order.js";

/** A picture read for the first time, prepared. */
export type LookedAt = { readonly image: RgbImage; readonly digest: string } | { readonly found: Diagnostic };

export type WorkerJob =
  | { readonly kind: "batch"; readonly order: BatchOrder }
  | { readonly kind: "look"; readonly places: readonly PicturePlace[] };

/** In the order of the jobs. */
export type WorkerAnswer =
  | { readonly kind: "batch"; readonly made: MadeBatch }
  | { readonly kind: "look"; readonly looked: readonly LookedAt[] }
  /** A bug in lferc, with its stack. */
  | { readonly kind: "bug"; readonly message: string; readonly stack: string | undefined };
