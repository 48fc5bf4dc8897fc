/** 1 / (1 + exp(-x)) without overflow. */
export function logistic(x: number): number {
  const small = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + small) : small / (1 + small);
}

/** ln(1 + exp(x)) = max(x, 0) + ln(1 + exp(-|x|)), which neither overflows nor loses small values. */
export function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
