/** Pictures in memory as bytes at the size that training wants, as far as they fit; the others are read again when asked for. */

import { freemem } from "node:os";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../digest.js";
import { atSize, type PictureTarget } from "./augment/from-recipe.js";
import type { DataSet, Sample } from "./data-set.js";
import { resizeBilinear } from "./resize.js";
import type { RgbImage } from "./rgb-image.js";
import { sharesBeside } from "./targets.js";

/** At most this, and at most half of what is free: 2 GiB hold 14,000 pictures of 224 pixels. */
const budgetLimit = 2 * 2 ** 30;

export function pictureBudget(): number {
  return Math.min(budgetLimit, freemem() / 2);
}

/** Pictures that are read and decoded at a time. */
const readsAtOnce = 8;

export interface StoreOptions {
  readonly target: Pick<PictureTarget, "width" | "height">;
  /** Parts will be taken of the pictures: they are kept as found, but no larger than twice the target's size. */
  readonly keepLarger: boolean;
  readonly budgetBytes: number;
}

export interface BrokenPicture {
  readonly key: string;
  readonly problem: Problem;
}

/** What a first look at every picture gave. */
export interface Inspection {
  readonly good: ReadonlySet<Sample>;
  readonly broken: readonly BrokenPicture[];
  /** Digest over keys, labels and contents of the good ones, in their order. */
  readonly fingerprint: string;
}

export class PictureStore {
  readonly #set: DataSet;
  readonly #options: StoreOptions;
  readonly #images = new Map<string, RgbImage>();
  #bytes = 0;
  #isFull = false;

  constructor(set: DataSet, options: StoreOptions) {
    this.#set = set;
    this.#options = options;
  }

  /** How many pictures are kept, and how much they take. */
  get kept(): { readonly pictures: number; readonly bytes: number; readonly isAll: boolean } {
    return { pictures: this.#images.size, bytes: this.#bytes, isAll: !this.#isFull };
  }

  /** Reads every picture once: which are good, what they are, and those that fit stay. `isStopped` is asked now and then. */
  async inspect(
    samples: readonly Sample[],
    onProgress: (done: number) => void,
    isStopped: () => boolean,
  ): Promise<Inspection> {
    const good = new Set<Sample>();
    const broken: BrokenPicture[] = [];
    const facts: string[] = [];
    for (let at = 0; at < samples.length && !isStopped(); at += readsAtOnce) {
      const some = samples.slice(at, at + readsAtOnce);
      const read = await Promise.all(some.map((sample) => this.#set.read(sample)));
      for (const [i, sample] of some.entries()) {
        const found = read[i];
        if (found === undefined || isProblem(found)) {
          if (found !== undefined) broken.push({ key: sample.key, problem: found });
          continue;
        }
        good.add(sample);
        facts.push(JSON.stringify([sample.key, sample.label, found.digest, ...sharesBeside(sample)]));
        this.#keep(sample, this.#prepared(found.image));
      }
      onProgress(at + some.length);
    }
    return { good, broken, fingerprint: sha256(facts) };
  }

  /** The picture, prepared: of the target's size, or as found where parts are to be taken. */
  async picture(sample: Sample): Promise<RgbImage | Problem> {
    const kept = this.#images.get(sample.key);
    if (kept !== undefined) return kept;
    const read = await this.#set.read(sample);
    return isProblem(read) ? read : this.#prepared(read.image);
  }

  #prepared(image: RgbImage): RgbImage {
    const { target, keepLarger } = this.#options;
    if (!keepLarger) return atSize(image, target);
    const factor = Math.max((2 * target.width) / image.width, (2 * target.height) / image.height);
    if (factor >= 1) return image;
    return resizeBilinear(image, Math.round(image.width * factor), Math.round(image.height * factor));
  }

  #keep(sample: Sample, image: RgbImage): void {
    if (this.#bytes + image.pixels.length > this.#options.budgetBytes) {
      this.#isFull = true;
      return;
    }
    this.#images.set(sample.key, image);
    this.#bytes += image.pixels.length;
  }
}
