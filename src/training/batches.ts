/** Draws made into what a step and an evaluation are fed with. */
import type { Augmenter } from "../data/augment/from-recipe.js";
import { largestOfRows, type Mix, mixImages, mixRows } from "../data/augment/mixing.js";
import type { Sample } from "../data/data-set.js";
import { normaliseInto } from "../data/normalise.js";
import type { PictureStore } from "../data/picture-store.js";
import type { RgbImage } from "../data/rgb-image.js";
import type { Draw } from "../data/sampling.js";
import type { View } from "../data/views.js";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Values } from "./engines/engine.js";
import type { PictureInput } from "./plan.js";
import type { Teacher } from "./teacher.js";

export interface Batch {
  readonly count: number;
  /** By input name: the picture, `data.label`, `teacher.X`. */
  readonly inputs: ReadonlyMap<string, Values>;
  /** The class of each picture; of a mixed one that with the largest share. */
  readonly labels: readonly number[];
}

export interface BatchSource {
  readonly store: PictureStore;
  readonly picture: PictureInput;
  readonly classCount: number;
  readonly augmenter: Augmenter;
  readonly teacher: Teacher | undefined;
}

/** The input that every loss may read: the label distribution [N, C]. */
const labelInput = "data.label";

/** Batches are made one ahead of the step that reads them: two sets of buffers, used by turns, are never in each other's way. */
const buffersInTurn = 2;

export class BatchMaker {
  readonly #source: BatchSource;
  readonly #buffers: { picture: Values; label: Values }[] = [];
  #turn = 0;

  constructor(source: BatchSource) {
    this.#source = source;
  }

  /** The draws' pictures, augmented as in that step of that epoch; or why one of them cannot be read any more. */
  augmented(draws: readonly Draw[], epoch: number, step: number): Promise<Batch | Problem> {
    const { augmenter } = this.#source;
    return this.#make(draws, (image, draw) => augmenter.augment(image, draw, epoch), augmenter.mixes(epoch, step));
  }

  /** The samples' pictures without augmentation, as one view shows them. */
  viewed(samples: readonly Sample[], view: View): Promise<Batch | Problem> {
    const { augmenter } = this.#source;
    const draws = samples.map((sample) => ({ sample, repeat: 0 }));
    return this.#make(draws, (image) => view(augmenter.plain(image)));
  }

  async #make(
    draws: readonly Draw[],
    see: (image: RgbImage, draw: Draw) => RgbImage,
    mixes: readonly Mix[] = [],
  ): Promise<Batch | Problem> {
    const { store, picture, classCount, teacher } = this.#source;
    const found = await Promise.all(draws.map(({ sample }) => store.picture(sample)));
    const seen: RgbImage[] = [];
    for (const [i, image] of found.entries()) {
      if (isProblem(image)) return image;
      seen.push(see(image, draws[i] as Draw));
    }
    const images = mixImages(seen, mixes);
    const count = draws.length;
    const buffer = this.#nextBuffer(count * 3 * picture.width * picture.height, count * classCount);
    for (const [i, image] of images.entries()) normaliseInto(buffer.picture, i, image, picture);
    for (const [i, { sample }] of draws.entries()) buffer.label.set(sample.target, i * classCount);
    mixRows(buffer.label, count, mixes);
    const taught = teacher === undefined ? [] : await teacher.answer(images);
    return {
      count,
      inputs: new Map([[picture.name, buffer.picture], [labelInput, buffer.label], ...taught]),
      labels: mixes.length === 0 ? draws.map(({ sample }) => sample.label) : largestOfRows(buffer.label, count),
    };
  }

  #nextBuffer(pictureLength: number, labelLength: number): { picture: Values; label: Values } {
    this.#turn = (this.#turn + 1) % buffersInTurn;
    let buffer = this.#buffers[this.#turn];
    if (buffer === undefined || buffer.picture.length < pictureLength) {
      buffer = { picture: new Float32Array(pictureLength), label: new Float32Array(labelLength) };
      this.#buffers[this.#turn] = buffer;
    }
    return { picture: buffer.picture.subarray(0, pictureLength), label: buffer.label.subarray(0, labelLength) };
  }
}

/** How many of the rows [count, classes], logits or probabilities, have their largest value at the label. */
export function countCorrect(logits: ArrayLike<number>, labels: readonly number[]): number {
  const classCount = logits.length / labels.length;
  let correct = 0;
  for (const [row, label] of labels.entries()) {
    let best = 0;
    for (let c = 1; c < classCount; c++) {
      if ((logits[row * classCount + c] as number) > (logits[row * classCount + best] as number)) best = c;
    }
    if (best === label) correct++;
  }
  return correct;
}
