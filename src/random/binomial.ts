import type { RandomStream } from "./stream.js";

/**
 * A sample of the binomial distribution, exactly by inversion. It begins at the mode and goes outwards, so it takes about
 * sqrt(n) steps, not n; and the mode's probability is far above the smallest double.
 */
export function drawBinomial(random: RandomStream, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const atMode = Math.exp(
    logFactorial(n) - logFactorial(mode) - logFactorial(n - mode) + mode * Math.log(p) + (n - mode) * Math.log1p(-p),
  );
  let left = random.uniform() - atMode;
  let [low, high] = [mode, mode];
  let [atLow, atHigh] = [atMode, atMode];
  while (left > 0) {
    // The probability that rounding leaves after all counts is about 1e-12.
    if (low === 0 && high === n) return mode;
    if (high < n) {
      atHigh *= ((n - high) / (high + 1)) * odds;
      high++;
      left -= atHigh;
      if (left <= 0) return high;
    }
    if (low > 0) {
      atLow *= low / ((n - low + 1) * odds);
      low--;
      left -= atLow;
      if (left <= 0) return low;
    }
    // The probabilities on both sides are exhausted, again by rounding.
    if (atHigh === 0 && atLow === 0) return mode;
  }
  return mode;
}

/**
 * A multinomial sample: how often each kind occurs when the number of things in `counts` is drawn with replacement. One
 * binomial per kind: the same distribution as drawing one by one, at a cost independent of their number.
 */
export function drawMultinomial(random: RandomStream, counts: ArrayLike<number>, into: Float64Array): void {
  let all = 0;
  for (let i = 0; i < counts.length; i++) all += counts[i] as number;
  let drawn = all;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    const taken = drawBinomial(random, drawn, all === 0 ? 0 : count / all);
    into[i] = taken;
    drawn -= taken;
    all -= count;
  }
}

const exactly: number[] = [0];
for (let i = 1; i < 256; i++) exactly.push((exactly[i - 1] as number) + Math.log(i));

/** ln n!, by Stirling's series for large n: its next term is below 1e-16 there. */
function logFactorial(n: number): number {
  const found = exactly[n];
  if (found !== undefined) return found;
  const inverse = 1 / n;
  const square = inverse ** 2;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
