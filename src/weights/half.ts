/** Half-precision numbers (IEEE 754 binary16) as their 16 bits. */

/** To the nearest integer, ties to even, as numpy does. */
export function roundToEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** The bits of the nearest half-precision number, ties to even. Numbers that are too large become infinite. */
export function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // Halfway between the largest number and what would be the next one.
  if (size >= 65520) return sign | 0x7c00;
  // Below 2^-14 all steps are 2^-24.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  // The leading bit (1024) is implicit; a carry from rounding correctly increments the exponent.
  return sign | ((exponent + 14) * 1024 + steps);
}

/** The number with these bits. */
export function fromHalf(bits: number): number {
  const [exponent, steps] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  const size =
    exponent === 0x1f
      ? steps === 0
        ? Number.POSITIVE_INFINITY
        : Number.NaN
      : exponent === 0
        ? steps * 2 ** -24
        : (1024 + steps) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}
