/** Distributions over a model's classes, many of them in few buffers: a million small arrays would take half a gigabyte. */

import type { Sample } from "./data-set.js";

const numbersInBlock = 32 * 1024;

export class TargetPool {
  readonly #classCount: number;
  #block = new Float32Array(0);
  #used = 0;

  constructor(classCount: number) {
    this.#classCount = classCount;
  }

  /** Space for one distribution, all zero. */
  next(): Float32Array {
    if (this.#used + this.#classCount > this.#block.length) {
      this.#block = new Float32Array(this.#classCount * Math.max(1, Math.floor(numbersInBlock / this.#classCount)));
      this.#used = 0;
    }
    this.#used += this.#classCount;
    return this.#block.subarray(this.#used - this.#classCount, this.#used);
  }
}

/** A sample's target for its fingerprint: the shares of a distribution, nothing for a hard label. */
export const sharesBeside = ({ label, target }: Sample): readonly number[] => (target[label] === 1 ? [] : [...target]);

/**
 * Converts a distribution over the data's classes to one over the model's: merged classes are added, left-out ones dropped, and
 * the sum is scaled to 1. The label is the largest share, the first of several. Undefined if nothing is left.
 */
export function mappedTarget(
  shares: Float32Array,
  places: Int32Array,
  pool: TargetPool,
): { readonly label: number; readonly target: Float32Array } | undefined {
  let sum = 0;
  for (const [index, share] of shares.entries()) if ((places[index] as number) >= 0) sum += share;
  if (!(sum > 0)) return undefined;
  const target = pool.next();
  for (const [index, share] of shares.entries()) {
    const place = places[index] as number;
    if (place >= 0) target[place] = (target[place] as number) + share / sum;
  }
  let label = 0;
  for (const [place, share] of target.entries()) if (share > (target[label] as number)) label = place;
  return { label, target };
}
