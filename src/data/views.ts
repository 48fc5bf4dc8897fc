/** The views of a picture that each evaluation uses. Used by training (training/evaluate.ts) and prediction (deploy/predict.ts). */
import type { Evaluation } from "../recipe/evaluations.js";
import { mirrored as mirrorImage } from "./augment/horizontal-flip.js";
import type { RgbImage } from "./rgb-image.js";

/** A view of a picture at the network's size; a name, because it is sent to other threads. */
export type View = "as it is" | "mirrored";

const asItIs: View = "as it is";
const mirrored: View = "mirrored";

export const viewsOf: Readonly<Record<Evaluation, readonly [View, ...View[]]>> = {
  single_view: [asItIs],
  mean_of_flips: [asItIs, mirrored],
};

/** The picture in that view. */
export function shownBy(view: View, image: RgbImage): RgbImage {
  switch (view) {
    case "as it is":
      return image;
    case "mirrored":
      return mirrorImage(image);
  }
}
