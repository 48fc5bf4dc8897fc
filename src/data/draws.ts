import type { Sample } from "./data-set.js";

/** Number of objects created at a time when iterating over all. */
const several = 64;

/** One position in an epoch. */
export interface Draw {
  readonly sample: Sample;
  /** How often the sample has already occurred in this epoch. */
  readonly repeat: number;
}

/** Draws in a few bytes each: as objects, a million of them would take fifty megabytes per epoch. */
export class Draws implements Iterable<Draw> {
  readonly #samples: readonly Sample[];
  /** The index of the sample of each draw. */
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

  /** The first `count` draws. */
  first(count: number): Draws {
    return new Draws(this.#samples, this.#order.subarray(0, count), this.#repeats);
  }

  *[Symbol.iterator](): Iterator<Draw> {
    for (let at = 0; at < this.length; at += several) yield* this.slice(at, at + several);
  }
}
