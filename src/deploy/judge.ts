/** Predictions of a built model for labelled pictures. */
import type { DataSet, Sample } from "../data/data-set.js";
import type { ReadPicture } from "../data/picture-place.js";
import { resizeBilinear } from "../data/resize-picture.js";
import type { RgbImage } from "../data/rgb-image.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import type { JudgedPicture } from "../judging/answers.js";
import type { Classifier } from "./classifier.js";
import { picturesPerBatch, probabilitiesOf } from "./predict.js";

/** Pictures read and decoded concurrently; each may be large until it is resized. */
const readsAtOnce = 8;

export interface SkippedPicture {
  readonly key: string;
  readonly problem: Problem;
}

export interface Judged {
  readonly pictures: readonly JudgedPicture[];
  /** Pictures that could not be read. */
  readonly skipped: readonly SkippedPicture[];
  /** Digest over the names, labels and contents of the evaluated pictures. */
  readonly fingerprint: string;
}

/** Predictions for all samples, in order; or why the model cannot be evaluated. */
export async function judge(
  classifier: Classifier,
  set: DataSet,
  samples: readonly Sample[],
  onProgress: (done: number) => void,
): Promise<Judged | Problem> {
  const pictures: JudgedPicture[] = [];
  const skipped: SkippedPicture[] = [];
  const facts: string[] = [];
  const portionAt = (at: number): readonly Sample[] => samples.slice(at, at + picturesPerBatch);
  let coming = readPortion(classifier, set, portionAt(0));
  for (let at = 0; at < samples.length; at += picturesPerBatch) {
    const portion = await coming;
    // Decoded while the network processes the previous ones.
    coming = readPortion(classifier, set, portionAt(at + picturesPerBatch));
    const good: { readonly sample: Sample; readonly image: RgbImage }[] = [];
    for (const { sample, found } of portion) {
      if (isProblem(found)) {
        skipped.push({ key: sample.key, problem: found });
        continue;
      }
      facts.push(JSON.stringify([sample.key, sample.label, found.digest]));
      good.push({ sample, image: found.image });
    }
    const answered = await answersOf(classifier, good);
    if (isProblem(answered)) {
      await coming;
      return answered;
    }
    pictures.push(...answered);
    onProgress(Math.min(samples.length, at + picturesPerBatch));
  }
  return { pictures, skipped, fingerprint: sha256(facts) };
}

interface Found {
  readonly sample: Sample;
  /** Resized to the network's size. */
  readonly found: ReadPicture | Problem;
}

async function readPortion(
  { metadata }: Classifier,
  set: DataSet,
  samples: readonly Sample[],
): Promise<readonly Found[]> {
  const { width, height } = metadata.picture;
  const read = async (sample: Sample): Promise<Found> => {
    const found = await set.read(sample);
    if (isProblem(found)) return { sample, found };
    return { sample, found: { ...found, image: resizeBilinear(found.image, width, height) } };
  };
  const portion: Found[] = [];
  for (let at = 0; at < samples.length; at += readsAtOnce) {
    portion.push(...(await Promise.all(samples.slice(at, at + readsAtOnce).map(read))));
  }
  return portion;
}

async function answersOf(
  classifier: Classifier,
  good: readonly { readonly sample: Sample; readonly image: RgbImage }[],
): Promise<readonly JudgedPicture[] | Problem> {
  if (good.length === 0) return [];
  const probabilities = await probabilitiesOf(
    classifier,
    good.map(({ image }) => image),
  );
  if (isProblem(probabilities)) return probabilities;
  const classCount = classifier.metadata.output.labels.length;
  const strange = probabilities.findIndex((probability) => !Number.isFinite(probability));
  if (strange >= 0) {
    return problem("data/not-finite", { path: good[Math.floor(strange / classCount)]?.sample.key ?? classifier.path });
  }
  return good.map(({ sample: { key, label, person, group } }, i) => ({
    key,
    label,
    probabilities: probabilities.subarray(i * classCount, (i + 1) * classCount),
    ...(person === undefined ? {} : { person }),
    ...(group === undefined ? {} : { group }),
  }));
}
