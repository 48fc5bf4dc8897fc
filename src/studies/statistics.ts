/** Statistics over runs that differ only in their seed. */

export interface Spread {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation, over n - 1; undefined for a single number. */
  readonly deviation: number | undefined;
}

export function spreadOf(numbers: readonly number[]): Spread | undefined {
  const { length: count } = numbers;
  if (count === 0) return undefined;
  const mean = numbers.reduce((sum, each) => sum + each, 0) / count;
  const squares = numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { count, mean, deviation: count === 1 ? undefined : Math.sqrt(squares / (count - 1)) };
}
