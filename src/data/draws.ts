import type { Sample } from "./data-set.js";

/** So many are made at a time when all are gone through. */
const several = 64;

/** One place in an epoch. */
export interface Draw {
  readonly sample: Sample;
  /** How often the sample has come in this epoch before. */
  readonly repeat: number;
}

/** Draws in a few bytes each: of a million pictures as many objects would be fifty megabytes an epoch. */
export class Draws implements Iterable<Draw> {
  readonly #samples: readonly Sample[];
  /** Which sample, by its place among them. */
  readonly #order: Uint32Array;
  readonly #repeats: Uint32Array;

  constructor(samples: readonly Sample[], order: Uint32Array, repeats: Uint32Array) {
    this.#samples = samples;
    this.#order = order;
    this.#repeats = repeats;
  }

  get length(): number {
    return this.#order.length;
  }

  slice(from: number, to: number): readonly Draw[] {
    return Array.from(this.#order.subarray(from, to), (place, i) => ({
      sample: this.#samples[place] as Sample,
      repeat: this.#repeats[from + i] as number,
    }));
  }

  /** The first of them. */
  first(count: number): Draws {
    return new Draws(this.#samples, this.#order.subarray(0, count), this.#repeats);
  }

  *[Symbol.iterator](): Iterator<Draw> {
    for (let at = 0; at < this.length; at += several) yield* this.slice(at, at + several);
  }
}
