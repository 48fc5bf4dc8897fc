/** The order of an epoch's pictures: a pure function of seed and epoch, so that a run can be resumed anywhere. */
import { type RandomStream, randomStream } from "../random/stream.js";
import type { Sample } from "./data-set.js";
import { Draws } from "./draws.js";

/** Each picture once; or classes weighted by a power of their count: 1 as they are, 0.5 the square root, 0 all classes alike. */
export type Sampler = "shuffled" | { readonly power: number };

/**
 * The epoch's draws, as many as there are samples. `shuffled`: each sample once. By a power: each class' number of draws is
 * proportional to its count to that power (rounded up or down at random, exact in the mean over epochs). A class goes through
 * all its samples, in a new order each time, before one is repeated. Classes without samples are ignored.
 */
export function epochDraws(samples: readonly Sample[], sampler: Sampler, seed: number, epoch: number): Draws {
  const random = randomStream(seed, `order.${epoch}`);
  const places = Uint32Array.from({ length: samples.length }, (_, i) => i);
  if (sampler === "shuffled") {
    return new Draws(samples, shuffled(places, random), new Uint32Array(samples.length));
  }
  const classes = placesByClass(samples);
  const counts = drawCounts(
    classes.map(({ length }) => length ** sampler.power),
    samples.length,
    random,
  );
  const order = new Uint32Array(samples.length);
  const repeats = new Uint32Array(samples.length);
  let at = 0;
  for (const [i, own] of classes.entries()) {
    const end = at + (counts[i] as number);
    for (let repeat = 0; at < end; repeat++) {
      const some = shuffled(own, random).subarray(0, end - at);
      order.set(some, at);
      repeats.fill(repeat, at, at + some.length);
      at += some.length;
    }
  }
  const drawn = shuffled(places, random);
  return new Draws(
    samples,
    drawn.map((place) => order[place] as number),
    drawn.map((place) => repeats[place] as number),
  );
}

/** The indices of each class' samples; classes in the order of their first sample. */
function placesByClass(samples: readonly Sample[]): readonly Uint32Array[] {
  const counts = new Map<number, number>();
  for (const { label } of samples) counts.set(label, (counts.get(label) ?? 0) + 1);
  const classes = new Map([...counts].map(([label, count]) => [label, new Uint32Array(count)] as const));
  const filled = new Map<number, number>();
  for (const [place, { label }] of samples.entries()) {
    const at = filled.get(label) ?? 0;
    (classes.get(label) as Uint32Array)[at] = place;
    filled.set(label, at + 1);
  }
  return [...classes.values()];
}

/**
 * Divides `total` into integer parts proportional to the weights. Each part's mean over many epochs is its exact share
 * (systematic sampling: equidistant marks with a random offset, counted per part).
 */
function drawCounts(weights: readonly number[], total: number, random: RandomStream): readonly number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const offset = random.uniform();
  let weight = 0;
  let before = 0;
  return weights.map((own, i) => {
    weight += own;
    const end = i === weights.length - 1 ? total : Math.floor((total * weight) / whole + offset);
    const count = end - before;
    before = end;
    return count;
  });
}

/** Fisher-Yates shuffle. */
function shuffled(places: Uint32Array, random: RandomStream): Uint32Array {
  const order = places.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
