/** In which order an epoch's pictures come: a pure function of seed and epoch, so that a run can begin anywhere. */
import { type RandomStream, randomStream } from "../random/stream.js";
import type { Sample } from "./data-set.js";

/** Each picture once; or each class by a power of its count: 1 is as the pictures are, 0.5 the root, 0 each class alike. */
export type Sampler = "shuffled" | { readonly power: number };

/** One place in an epoch. */
export interface Draw {
  readonly sample: Sample;
  /** How often the sample has come in this epoch before. */
  readonly repeat: number;
}

/**
 * The epoch's draws, as many as there are samples. `shuffled`: each sample once. By a power: each class' share of the draws is
 * in proportion to its count to that power (a draw more or less where that is no whole number, in the mean over epochs exactly);
 * a class goes through all its samples, in a new order each time, before one comes again. Classes without samples do not count.
 */
export function epochDraws(samples: readonly Sample[], sampler: Sampler, seed: number, epoch: number): readonly Draw[] {
  const random = randomStream(seed, `order.${epoch}`);
  if (sampler === "shuffled") return shuffled(samples, random).map((sample) => ({ sample, repeat: 0 }));
  const byClass = new Map<number, Sample[]>();
  for (const sample of samples) {
    const own = byClass.get(sample.label);
    if (own === undefined) byClass.set(sample.label, [sample]);
    else own.push(sample);
  }
  const classes = [...byClass.values()];
  const counts = drawCounts(
    classes.map(({ length }) => length ** sampler.power),
    samples.length,
    random,
  );
  const draws = classes.flatMap((own, i) => drawClass(own, counts[i] as number, random));
  return shuffled(draws, random);
}

/**
 * `total` in whole parts in proportion to the weights. Each part's mean over many epochs is its exact share (systematic sampling:
 * the parts lie end to end, and what is counted are the marks of a ruler that is laid against them anywhere).
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

function drawClass(own: readonly Sample[], count: number, random: RandomStream): readonly Draw[] {
  const draws: Draw[] = [];
  for (let repeat = 0; draws.length < count; repeat++) {
    for (const sample of shuffled(own, random).slice(0, count - draws.length)) draws.push({ sample, repeat });
  }
  return draws;
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: RandomStream): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}
