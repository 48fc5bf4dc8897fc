/** What a network is shown of a picture when it is judged, by each evaluation: training measures so, and prediction answers so. */
import type { Evaluation } from "../recipe/evaluations.js";
import { mirrored as mirrorImage } from "./augment/horizontal-flip.js";
import type { RgbImage } from "./rgb-image.js";

/** A way to show a picture that has the network's size; a name, because it goes to other threads. */
export type View = "as it is" | "mirrored";

const asItIs: View = "as it is";
const mirrored: View = "mirrored";

export const viewsOf: Readonly<Record<Evaluation, readonly [View, ...View[]]>> = {
  single_view: [asItIs],
  mean_of_flips: [asItIs, mirrored],
};

/** The picture as that view shows it. */
export function shownBy(view: View, image: RgbImage): RgbImage {
  switch (view) {
    case "as it is":
      return image;
    case "mirrored":
      return mirrorImage(image);
  }
}
