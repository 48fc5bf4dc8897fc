import type { RandomStream } from "./stream.js";

/**
 * How often something of probability `p` comes in `n` tries, drawn exactly by inversion. It begins at the most likely count and
 * goes outwards, so it takes some sqrt(n) steps, not n; and the chance of that count is far above the smallest double.
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
    // What rounding leaves over when all counts were gone through is some 1e-12.
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
    // Both sides have run out of chance: rounding again.
    if (atHigh === 0 && atLow === 0) return mode;
  }
  return mode;
}

/**
 * How often each of some kinds comes when as many things as there are in `counts` are drawn from them with replacement. One
 * binomial a kind: the same distribution as drawing thing by thing, at a cost that does not grow with their number.
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

/** ln n!, by Stirling's series where n is large: its next term is below 1e-16 there. */
function logFactorial(n: number): number {
  const found = exactly[n];
  if (found !== undefined) return found;
  const inverse = 1 / n;
  const square = inverse ** 2;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
