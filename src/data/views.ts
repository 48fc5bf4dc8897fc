/** What a network is shown of a picture when it is judged, by each evaluation: training measures so, and prediction answers so. */
import type { Evaluation } from "../recipe/evaluation.js";
import { mirrored } from "./augment/horizontal-flip.js";
import type { RgbImage } from "./rgb-image.js";

/** A picture at the network's size, as the network is shown it. */
export type View = (image: RgbImage) => RgbImage;

const asItIs: View = (image) => image;

export const viewsOf: Readonly<Record<Evaluation, readonly [View, ...View[]]>> = {
  single_view: [asItIs],
  mean_of_flips: [asItIs, mirrored],
};
