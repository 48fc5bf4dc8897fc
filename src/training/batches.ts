/** Draws made into what a step and an evaluation are fed with. */
import type { Augmenter } from "../data/augment/from-recipe.js";
import type { Sample } from "../data/data-set.js";
import { normaliseInto } from "../data/normalise.js";
import type { PictureStore } from "../data/picture-store.js";
import type { RgbImage } from "../data/rgb-image.js";
import type { Draw } from "../data/sampling.js";
import type { View } from "../data/views.js";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { type Distributions, distributionInput } from "./distributions.js";
import type { Values } from "./engines/engine.js";
import type { PictureInput } from "./plan.js";
import type { Teacher } from "./teacher.js";

export interface Batch {
  readonly count: number;
  /** By input name: the picture, `data.label`, `data.distribution`, `teacher.X`. */
  readonly inputs: ReadonlyMap<string, Values>;
  /** The class of each sample. */
  readonly labels: readonly number[];
}

export interface BatchSource {
  readonly store: PictureStore;
  readonly picture: PictureInput;
  readonly classCount: number;
  readonly augmenter: Augmenter;
  readonly teacher: Teacher | undefined;
  /** Where a loss reads them. */
  readonly distributions?: Distributions | undefined;
}

/** The input that every loss may read: the label distribution [N, C]. */
const labelInput = "data.label";

/** Batches are made one ahead of the step that reads them: two sets of buffers, used by turns, are never in each other's way. */
const buffersInTurn = 2;

interface Buffers {
  picture: Values;
  label: Values;
  /** As large as `label`. */
  distribution: Values;
}

export class BatchMaker {
  readonly #source: BatchSource;
  readonly #buffers: Buffers[] = [];
  #turn = 0;

  constructor(source: BatchSource) {
    this.#source = source;
  }

  /** The draws' pictures, augmented as in that epoch; or why one of them cannot be read any more. */
  augmented(draws: readonly Draw[], epoch: number): Promise<Batch | Problem> {
    const { augmenter } = this.#source;
    return this.#make(draws, (image, draw) => augmenter.augment(image, draw, epoch));
  }

  /** The samples' pictures without augmentation, as one view shows them. */
  viewed(samples: readonly Sample[], view: View): Promise<Batch | Problem> {
    const { augmenter } = this.#source;
    const draws = samples.map((sample) => ({ sample, repeat: 0 }));
    return this.#make(draws, (image) => view(augmenter.plain(image)));
  }

  async #make(draws: readonly Draw[], see: (image: RgbImage, draw: Draw) => RgbImage): Promise<Batch | Problem> {
    const { store, picture, classCount, teacher } = this.#source;
    const found = await Promise.all(draws.map(({ sample }) => store.picture(sample)));
    const images: RgbImage[] = [];
    for (const [i, image] of found.entries()) {
      if (isProblem(image)) return image;
      images.push(see(image, draws[i] as Draw));
    }
    const count = draws.length;
    const buffer = this.#nextBuffer(count * 3 * picture.width * picture.height, count * classCount);
    for (const [i, image] of images.entries()) normaliseInto(buffer.picture, i, image, picture);
    for (const [i, { sample }] of draws.entries()) buffer.label.set(sample.target, i * classCount);
    const { distributions } = this.#source;
    if (distributions !== undefined) {
      for (const [i, { sample }] of draws.entries()) {
        // A half that no loss asks about may have none.
        buffer.distribution.set(distributions.of(sample) ?? sample.target, i * classCount);
      }
    }
    const taught = teacher === undefined ? [] : await teacher.answer(images);
    return {
      count,
      inputs: new Map([
        [picture.name, buffer.picture],
        [labelInput, buffer.label],
        [distributionInput, buffer.distribution],
        ...taught,
      ]),
      labels: draws.map(({ sample }) => sample.label),
    };
  }

  #nextBuffer(pictureLength: number, labelLength: number): Buffers {
    this.#turn = (this.#turn + 1) % buffersInTurn;
    let buffer = this.#buffers[this.#turn];
    if (buffer === undefined || buffer.picture.length < pictureLength) {
      const [label, distribution] = [new Float32Array(labelLength), new Float32Array(labelLength)];
      buffer = { picture: new Float32Array(pictureLength), label, distribution };
      this.#buffers[this.#turn] = buffer;
    }
    const { picture, label, distribution } = buffer;
    return {
      picture: picture.subarray(0, pictureLength),
      label: label.subarray(0, labelLength),
      distribution: distribution.subarray(0, labelLength),
    };
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
