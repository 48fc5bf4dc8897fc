/** Round numbers for an axis. */

/** The step of an axis: 1, 2 or 5 times a power of ten. */
function niceStep(range: number, most: number): number {
  const rough = range / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** Ticks from the first round number at or below `low` to the first at or above `high`; at most `most` steps. */
export function ticksOf(low: number, high: number, most: number): readonly number[] {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Values that agree to six digits count as equal: closer ticks would have the same labels.
  const range = high - low > size * 1e-6 ? high - low : size || 1;
  const step = niceStep(range, most);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  // Multiples, not sums: 0.1 + 0.2 is not 0.3.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
