import { randomStream } from "../random/stream.js";
import type { Sample } from "./data-set.js";

/** The share of each class that is held out if a data set has no split. */
export const heldOutShare = 0.2;

export interface Halves {
  readonly training: readonly Sample[];
  readonly heldOut: readonly Sample[];
}

/**
 * Samples in an order that depends only on the seed and their own keys: adding or removing a picture does not change the
 * relative order of the others.
 */
export function drawnOrder(samples: readonly Sample[], seed: number, purpose: string): readonly Sample[] {
  const drawn = samples.map((sample) => ({ sample, rank: randomStream(seed, `${purpose}.${sample.key}`).uniform() }));
  return drawn.sort((a, b) => a.rank - b.rank || (a.sample.key < b.sample.key ? -1 : 1)).map(({ sample }) => sample);
}

/** Number of a class' pictures to hold out: at least one, unless it has only one. */
export const heldOutOf = (count: number, share: number): number =>
  Math.min(count - 1, Math.max(1, Math.round(count * share)));

/** Holds out a share of each class, at least one picture unless it has only one; both halves keep their order. */
export function holdOut(samples: readonly Sample[], seed: number, share: number = heldOutShare): Halves {
  const byClass = new Map<number, Sample[]>();
  for (const sample of samples) {
    const own = byClass.get(sample.label);
    if (own === undefined) byClass.set(sample.label, [sample]);
    else own.push(sample);
  }
  const held = new Set<Sample>();
  for (const own of byClass.values()) {
    const count = heldOutOf(own.length, share);
    for (const sample of drawnOrder(own, seed, "held-out").slice(0, count)) held.add(sample);
  }
  return {
    training: samples.filter((sample) => !held.has(sample)),
    heldOut: samples.filter((sample) => held.has(sample)),
  };
}

/** At most `limit` samples, drawn by the seed, in their own order. */
export function limitSamples(samples: readonly Sample[], limit: number | undefined, seed: number): readonly Sample[] {
  if (limit === undefined || samples.length <= limit) return samples;
  const kept = new Set(drawnOrder(samples, seed, "limit").slice(0, limit));
  return samples.filter((sample) => kept.has(sample));
}
