/** Confidence intervals. */

/** Both ends; 95 % unless stated otherwise. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The confidence level. */
export const confidence = 0.95;

/** The 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054;

/** Wilson's interval (1927) of a proportion, from counts: it stays within 0 to 1, and is valid for few pictures too. */
export function wilsonInterval(right: number, all: number): Interval {
  if (all === 0) return { low: 0, high: 1 };
  const share = right / all;
  const middle = share + z ** 2 / (2 * all);
  const reach = z * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2));
  const scale = 1 + z ** 2 / all;
  // The ends for all and for none are exactly 1 and 0, despite rounding.
  return {
    low: right === 0 ? 0 : (middle - reach) / scale,
    high: right === all ? 1 : (middle + reach) / scale,
  };
}

/** The middle 95 % of bootstrap values: Efron's percentile interval. */
export function percentileInterval(values: Float64Array): Interval {
  const sorted = values.slice().sort();
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below] as number;
    const high = sorted[Math.min(sorted.length - 1, below + 1)] as number;
    return low + (place - below) * (high - low);
  };
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}
