import type { Decode } from "../data/decode.js";
import { normaliseInto } from "../data/normalise.js";
import { readPictureFile } from "../data/picture-files.js";
import { resizeBilinear } from "../data/resize-picture.js";
import type { RgbImage } from "../data/rgb-image.js";
import { shownBy, viewsOf } from "../data/views.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ClassifierMetadata } from "../targets/onnx/metadata.js";
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
  const probabilities = good.length === 0 ? new Float64Array() : await probabilitiesOf(classifier, good);

  let row = 0;
  return paths.map((path, index) => {
    const found = pixels[index];
    if (isProblem(found)) return { kind: "failed", path, problem: found };
    if (isProblem(probabilities)) return { kind: "failed", path, problem: probabilities };
    return answer(classifier, path, probabilities, row++);
  });
}

/** A picture at the network's size: oriented, converted to RGB, and resized without keeping its aspect ratio. */
async function load(path: string, decode: Decode, width: number, height: number): Promise<RgbImage | Problem> {
  const bytes = await readPictureFile(path);
  if (isProblem(bytes)) return bytes;
  const decoded = await decode(bytes, path);
  return isProblem(decoded) ? decoded : resizeBilinear(decoded, width, height);
}

/** What {@link look} needs of a classifier. */
export interface Viewer {
  readonly metadata: Pick<ClassifierMetadata, "picture" | "evaluation">;
  run(batch: Float32Array, count: number): Promise<Float32Array | Problem>;
}

/**
 * Logits [count, labels] of pictures at the network's size, for each view of the evaluation by which the model's accuracy was
 * measured.
 */
export async function look(
  { metadata: { picture, evaluation }, run }: Viewer,
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

/**
 * Probabilities [count, labels] of pictures at the model's size; not numbers if logits are not finite. A file with preprocessing
 * inside gets the pictures' bytes and computes them itself.
 */
export async function probabilitiesOf(
  classifier: Classifier,
  images: readonly RgbImage[],
): Promise<Float64Array | Problem> {
  const { isInside, output } = classifier.metadata;
  if (isInside) {
    const found = await classifier.run(joined(images), images.length);
    return isProblem(found) ? found : Float64Array.from(found);
  }
  const views = await look(classifier, images);
  if (isProblem(views)) return views;
  const probabilities = classProbabilities(views, output.labels.length);
  for (const logits of views) {
    for (const [at, logit] of logits.entries()) if (!Number.isFinite(logit)) probabilities[at] = Number.NaN;
  }
  return probabilities;
}

/** The bytes of pictures of one size, one after another. */
function joined(images: readonly RgbImage[]): Uint8Array {
  const [
    {
      pixels: { length },
    } = { pixels: new Uint8Array() },
  ] = images;
  const bytes = new Uint8Array(images.length * length);
  for (const [i, { pixels }] of images.entries()) bytes.set(pixels, i * length);
  return bytes;
}

function answer(classifier: Classifier, path: string, probabilities: Float64Array, row: number): PictureAnswer {
  const { labels } = classifier.metadata.output;
  const own = probabilities.subarray(row * labels.length, (row + 1) * labels.length);
  if (!own.every(Number.isFinite)) return { kind: "failed", path, problem: problem("data/not-finite", { path }) };
  const classes = labels.map((label, index) => ({ label, probability: own[index] as number }));
  return { kind: "answer", path, classes: classes.sort((a, b) => b.probability - a.probability) };
}
