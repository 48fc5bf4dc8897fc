import type { RandomStream } from "./stream.js";

/** A sample of the symmetric Beta(shape, shape); `shape` is above 0. Small shapes give numbers near 0 and 1. */
export function drawBeta(shape: number, random: RandomStream): number {
  // One gamma divided by the sum of two, from their logarithms: at small shapes both gammas are below the smallest double.
  const one = logGamma(shape, random);
  const other = logGamma(shape, random);
  return 1 / (1 + Math.exp(other - one));
}

/**
 * The logarithm of a sample of Gamma(shape, 1), by Marsaglia and Tsang, "A simple method for generating gamma variables"
 * (2000).
 */
function logGamma(shape: number, random: RandomStream): number {
  // Below 1: a sample for shape + 1 times a power of a uniform number (the paper, section 6).
  if (shape < 1) return logGamma(shape + 1, random) + Math.log(1 - random.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}
