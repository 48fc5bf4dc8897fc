import { randomStream } from "../../src/random/stream.js";

/** Random choices that depend only on a seed. */
export interface Draw {
  /** An integer from `low` to `high`, inclusive. */
  int(low: number, high: number): number;
  chance(share: number): boolean;
  pick<T>(items: readonly T[]): T;
}

export function drawOf(seed: number, stream = "fuzz"): Draw {
  const { uniform } = randomStream(seed, stream);
  const int = (low: number, high: number): number => low + Math.floor(uniform() * (high - low + 1));
  return { int, chance: (share) => uniform() < share, pick: (items) => items[int(0, items.length - 1)]! };
}

/** The divisors of a number. */
export const divisorsOf = (n: number): readonly number[] =>
  Array.from({ length: n }, (_, i) => i + 1).filter((by) => n % by === 0);
