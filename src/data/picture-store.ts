/** Keeps pictures in memory as bytes at the training size, as far as they fit; others are read again when needed. */

import { freemem } from "node:os";
import { isProblem, type Problem, problemOf } from "../diagnostics/diagnostic.js";
import { runningSha256 } from "../formats/digest.js";
import type { DataSet, Sample } from "./data-set.js";
import type { Crew } from "./loader/crew.js";
import { inOrder } from "./loader/in-order.js";
import { PackedDigests } from "./packed-digests.js";
import type { PicturePlace, ReadPicture } from "./picture-place.js";
import { type Preparation, prepared } from "./prepared-picture.js";
import type { RgbImage } from "./rgb-image.js";
import { sharesBeside } from "./targets.js";

/** Memory limit, besides half of the free memory: 2 GiB hold 14,000 pictures of 224 pixels. */
const budgetLimit = 2 * 2 ** 30;

export function pictureBudget(): number {
  return Math.min(budgetLimit, freemem() / 2);
}

/** Memory is allocated in slabs of this size, shared with the threads that make batches. */
const slabBytes = 16 * 2 ** 20;

/** Pictures read per job, and number of concurrent jobs. */
const lookedAtOnce = 8;
const goesAhead = 2;

export interface BrokenPicture {
  readonly key: string;
  readonly problem: Problem;
}

/** The result of reading every picture once. */
export interface Inspection {
  /** Samples that cannot be read. */
  readonly bad: ReadonlySet<Sample>;
  readonly broken: readonly BrokenPicture[];
  /** Digest over keys, labels and contents of the good ones, in their order. */
  readonly fingerprint: string;
  /** Digests of the contents, in the samples' order; none for a broken one. */
  readonly digests: PackedDigests;
}

export interface Looking {
  onProgress(done: number): void;
  /** Called from time to time. */
  isStopped(): boolean;
  /** Threads for reading, if there are any. */
  readonly crew?: Crew | undefined;
}

export interface StoreOptions extends Preparation {
  readonly budgetBytes: number;
}

export class PictureStore {
  readonly #set: DataSet;
  readonly #options: StoreOptions;
  /** By digest of the content: the same picture under two names is stored once. */
  readonly #images = new Map<string, RgbImage>();
  /** By key. */
  readonly #keptAs = new Map<string, RgbImage>();
  #slab: Uint8Array = new Uint8Array();
  #used = 0;
  #bytes = 0;
  /** Including unused space at the ends of slabs. */
  #taken = 0;
  #isFull = false;

  constructor(set: DataSet, options: StoreOptions) {
    this.#set = set;
    this.#options = options;
  }

  /** Number of pictures kept, and their memory. */
  get kept(): { readonly pictures: number; readonly bytes: number; readonly isAll: boolean } {
    return { pictures: this.#keptAs.size, bytes: this.#bytes, isAll: !this.#isFull };
  }

  get preparation(): Preparation {
    return this.#options;
  }

  /** Reads every picture once: finds the good ones, and keeps those that fit. */
  async inspect(samples: readonly Sample[], { onProgress, isStopped, crew }: Looking): Promise<Inspection> {
    const bad = new Set<Sample>();
    const broken: BrokenPicture[] = [];
    const facts = runningSha256();
    const digests = new PackedDigests(samples.length);
    const goes = (function* () {
      for (let at = 0; at < samples.length && !isStopped(); at += lookedAtOnce) yield at;
    })();
    const ahead = goesAhead * (crew?.size ?? 1);
    let at = 0;
    for await (const looked of inOrder(goes, ahead, (from) =>
      this.#look(samples.slice(from, from + lookedAtOnce), crew),
    )) {
      for (const found of looked) {
        const sample = samples[at] as Sample;
        if (isProblem(found)) {
          bad.add(sample);
          broken.push({ key: sample.key, problem: found });
        } else {
          facts.add(JSON.stringify([sample.key, sample.label, found.digest, ...sharesBeside(sample)]));
          digests.set(at, found.digest);
          this.keep(sample, found.image, found.digest);
        }
        at++;
      }
      onProgress(at);
    }
    return { bad, broken, fingerprint: facts.end(), digests };
  }

  /** These pictures, prepared, by the threads if their places are known. */
  async #look(samples: readonly Sample[], crew: Crew | undefined): Promise<readonly (ReadPicture | Problem)[]> {
    const places = crew === undefined ? [] : samples.flatMap((sample) => this.#set.place?.(sample) ?? []);
    const looked = crew === undefined || places.length < samples.length ? undefined : await crew.look(places);
    // The work of a lost thread is done here.
    if (looked !== undefined && !isProblem(looked)) {
      return looked.map((each) => ("found" in each ? problemOf(each.found) : each));
    }
    const read = await Promise.all(samples.map((sample) => this.#set.read(sample)));
    return read.map((each) => (isProblem(each) ? each : { ...each, image: prepared(each.image, this.#options) }));
  }

  /** Keeps a prepared picture for {@link picture}, if it fits. */
  keep({ key }: Pick<Sample, "key">, image: RgbImage, digest: string): void {
    const known = this.#images.get(digest);
    const kept = known ?? this.#copy(image);
    if (kept === undefined) return;
    this.#images.set(digest, kept);
    this.#keptAs.set(key, kept);
  }

  /** The prepared picture if it is in memory; or its place, if any thread can read it. */
  atHand(sample: Sample): RgbImage | PicturePlace | undefined {
    return this.#keptAs.get(sample.key) ?? this.#set.place?.(sample);
  }

  /** The prepared picture, or why it cannot be read. */
  async picture(sample: Sample): Promise<RgbImage | Problem> {
    const kept = this.#keptAs.get(sample.key);
    if (kept !== undefined) return kept;
    const read = await this.#set.read(sample);
    return isProblem(read) ? read : prepared(read.image, this.#options);
  }

  #copy({ width, height, pixels }: RgbImage): RgbImage | undefined {
    const { length } = pixels;
    if (this.#used + length > this.#slab.length) {
      const left = this.#options.budgetBytes - this.#taken;
      if (length > left) {
        this.#isFull = true;
        return undefined;
      }
      this.#slab = new Uint8Array(new SharedArrayBuffer(Math.min(left, Math.max(slabBytes, length))));
      this.#taken += this.#slab.length;
      this.#used = 0;
    }
    const own = this.#slab.subarray(this.#used, this.#used + length);
    own.set(pixels);
    this.#used += length;
    this.#bytes += length;
    return { width, height, pixels: own };
  }
}
