import type { Decode } from "../data/decode.js";
import { normaliseInto } from "../data/normalise.js";
import { readPictureFile } from "../data/picture-files.js";
import { resizeBilinear } from "../data/resize-picture.js";
import type { RgbImage } from "../data/rgb-image.js";
import { shownBy, viewsOf } from "../data/views.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { classProbabilities } from "./class-probabilities.js";
import type { Classifier } from "./classifier.js";

/** Pictures per batch. */
export const picturesPerBatch = 32;

/** Pictures decoded concurrently; each may be large. */
const decodesAtOnce = 4;

export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

export type PictureAnswer =
  | {
      readonly kind: "answer";
      readonly path: string;
      /** All classes, by decreasing probability; ties in the model's order. */
      readonly classes: readonly ClassProbability[];
    }
  | { readonly kind: "failed"; readonly path: string; readonly problem: Problem };

/** Classifies pictures, with one result for each, in order; a picture that cannot be read fails alone. */
export async function* predict(
  classifier: Classifier,
  decode: Decode,
  paths: readonly string[],
): AsyncGenerator<PictureAnswer> {
  for (let at = 0; at < paths.length; at += picturesPerBatch) {
    yield* await predictBatch(classifier, decode, paths.slice(at, at + picturesPerBatch));
  }
}

async function predictBatch(
  classifier: Classifier,
  decode: Decode,
  paths: readonly string[],
): Promise<readonly PictureAnswer[]> {
  const { picture } = classifier.metadata;
  const pixels: (RgbImage | Problem)[] = [];
  for (let at = 0; at < paths.length; at += decodesAtOnce) {
    const together = paths.slice(at, at + decodesAtOnce);
    pixels.push(...(await Promise.all(together.map((path) => load(path, decode, picture.width, picture.height)))));
  }

  const good = pixels.filter((found): found is RgbImage => !isProblem(found));
  const views = good.length === 0 ? [] : await look(classifier, good);

  let row = 0;
  return paths.map((path, index) => {
    const found = pixels[index];
    if (isProblem(found)) return { kind: "failed", path, problem: found };
    if (isProblem(views)) return { kind: "failed", path, problem: views };
    return answer(classifier, path, views, row++);
  });
}

/** A picture at the network's size: oriented, converted to RGB, and resized without keeping its aspect ratio. */
async function load(path: string, decode: Decode, width: number, height: number): Promise<RgbImage | Problem> {
  const bytes = await readPictureFile(path);
  if (isProblem(bytes)) return bytes;
  const decoded = await decode(bytes, path);
  return isProblem(decoded) ? decoded : resizeBilinear(decoded, width, height);
}

/**
 * Logits [count, labels] of pictures at the network's size, for each view of the evaluation by which the model's accuracy was
 * measured.
 */
export async function look(
  { metadata: { picture, evaluation }, run }: Classifier,
  images: readonly RgbImage[],
): Promise<readonly Float32Array[] | Problem> {
  const views: Float32Array[] = [];
  for (const view of viewsOf[evaluation]) {
    const batch = new Float32Array(images.length * 3 * picture.height * picture.width);
    for (const [index, image] of images.entries()) normaliseInto(batch, index, shownBy(view, image), picture);
    const logits = await run(batch, images.length);
    if (isProblem(logits)) return logits;
    views.push(logits);
  }
  return views;
}

function answer(classifier: Classifier, path: string, views: readonly Float32Array[], row: number): PictureAnswer {
  const { labels } = classifier.metadata.output;
  const own = views.map((logits) => logits.subarray(row * labels.length, (row + 1) * labels.length));
  if (!own.every((logits) => logits.every(Number.isFinite)))
    return { kind: "failed", path, problem: problem("data/not-finite", { path }) };
  const probabilities = classProbabilities(own, labels.length);
  const classes = labels.map((label, index) => ({ label, probability: probabilities[index] as number }));
  return { kind: "answer", path, classes: classes.sort((a, b) => b.probability - a.probability) };
}
