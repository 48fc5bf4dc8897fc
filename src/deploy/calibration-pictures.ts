/** The pictures that calibrate a quantised model, as its input takes them. */
import type { DataSet, Sample } from "../data/data-set.js";
import { type Normalisation, normalise } from "../data/normalise.js";
import { resizeBilinear } from "../data/resize-picture.js";
import type { RgbImage } from "../data/rgb-image.js";
import { shownBy, viewsOf } from "../data/views.js";
import { isProblem } from "../diagnostics/diagnostic.js";
import type { ClassifierMetadata } from "../targets/onnx/metadata.js";
import type { Pictures } from "../targets/onnx/quantize/observe.js";
import type { SkippedPicture } from "./judge.js";

export interface LabelledImage {
  /** At the network's size. */
  readonly image: RgbImage;
  readonly label: number;
}

/** Pictures decoded concurrently; each may be large until it is resized. */
const readsAtOnce = 8;

/** Reads samples at the network's size; those that cannot be read are told. */
export async function readImages(
  set: DataSet,
  samples: readonly Sample[],
  { width, height }: { readonly width: number; readonly height: number },
  skip: (skipped: SkippedPicture) => void,
): Promise<readonly LabelledImage[]> {
  const images: LabelledImage[] = [];
  for (let at = 0; at < samples.length; at += readsAtOnce) {
    const portion = samples.slice(at, at + readsAtOnce);
    const found = await Promise.all(portion.map((sample) => set.read(sample)));
    for (const [i, read] of found.entries()) {
      const { key, label } = portion[i] as Sample;
      if (isProblem(read)) skip({ key, problem: read });
      else images.push({ image: resizeBilinear(read.image, width, height), label });
    }
  }
  return images;
}

/** The pictures as input tensors; where an evaluation has several views, they take turns. */
export function asPictures(
  images: readonly LabelledImage[],
  { picture, evaluation }: Pick<ClassifierMetadata, "picture" | "evaluation">,
): Pictures {
  const views = viewsOf[evaluation];
  const normalisation: Normalisation = picture;
  return {
    count: images.length,
    input: picture.name,
    shape: [3, picture.height, picture.width],
    at(index) {
      const { image } = images[index] as LabelledImage;
      return normalise(shownBy(views[index % views.length] ?? views[0], image), normalisation);
    },
  };
}
