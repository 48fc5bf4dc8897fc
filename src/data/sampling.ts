/** In which order an epoch's pictures come: a pure function of seed and epoch, so that a run can begin anywhere. */
import { type RandomStream, randomStream } from "../random/stream.js";
import type { Sample } from "./data-set.js";

export type Sampler = "shuffled" | "balanced";

/** One place in an epoch. */
export interface Draw {
  readonly sample: Sample;
  /** How often the sample has come in this epoch before. */
  readonly repeat: number;
}

/**
 * The epoch's draws, as many as there are samples. `shuffled`: each sample once. `balanced`: each class as often as any
 * other (a draw more or less where the count does not divide); a class goes through all its samples, in a new order each
 * time, before one comes again. Classes without samples do not count.
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
  // Which classes get a draw more is drawn too, or the first ones would be seen more often over all epochs.
  const classes = shuffled([...byClass.values()], random);
  const draws = classes.flatMap((own, i) => {
    const count = Math.floor((samples.length + classes.length - 1 - i) / classes.length);
    return drawClass(own, count, random);
  });
  return shuffled(draws, random);
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
