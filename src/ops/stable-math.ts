/** 1 / (1 + exp(-x)) without overflow. */
export function logistic(x: number): number {
  const small = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + small) : small / (1 + small);
}

/** ln(1 + exp(x)) = max(x, 0) + ln(1 + exp(-|x|)), which neither overflows nor loses small values. */
export function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * The error function: erf(x) = 2 / sqrt(pi) * exp(-x^2) * sum of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)) (DLMF 7.6.2), without
 * cancellation. From 6 on it is 1 in double precision.
 */
export function erfOf(x: number): number {
  const size = Math.abs(x);
  if (size >= 6) return Math.sign(x);
  let [sum, term] = [size, size];
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return Math.sign(x) * ((2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum);
}
