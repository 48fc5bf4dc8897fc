/** Whole numbers of 8 bits for real ones: `real = scale * (whole - zeroPoint)`. */

/** The values that a tensor takes, or should be able to take. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Affine {
  /** A float32, positive. */
  readonly scale: number;
  /** From 0 to 255. */
  readonly zeroPoint: number;
}

export const mostUint8 = 255;
/** Weights are symmetric: -128 is not used. */
export const mostInt8 = 127;
const mostInt32 = 2 ** 31 - 1;

/** Products of two scales must be normal float32 numbers too. */
const leastScale = 2 ** -60;

/** To the nearest whole number, halves to the even one, as QuantizeLinear does. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

const between = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

const bits = new DataView(new ArrayBuffer(4));

/** The largest float32 that is not above a positive number: a range of 0 to 6 must not reach beyond 6. */
function floor32(value: number): number {
  const near = Math.fround(value);
  if (near <= value) return near;
  bits.setFloat32(0, near);
  bits.setUint32(0, bits.getUint32(0) - 1);
  return bits.getFloat32(0);
}

/**
 * The scale and zero point of activations as uint8. 0 is always among the numbers (paddings are zeros, and a ReLU ends there). A tensor
 * that is zero in every picture gets the scale 1: no scale is 0, or not a number.
 */
export function affineOf({ low, high }: Range): Affine {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  const scale = floor32((to - from) / mostUint8);
  if (!(scale >= leastScale && Number.isFinite(scale))) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: between(roundHalfEven(-from / scale), 0, mostUint8) };
}

/** A number as the file's arithmetic sees it after rounding; the quotient is a float32, as in QuantizeLinear. */
export const rounded = (value: number, { scale, zeroPoint }: Affine): number =>
  scale * (between(roundHalfEven(Math.fround(value / scale)) + zeroPoint, 0, mostUint8) - zeroPoint);

export interface QuantisedWeight {
  readonly values: Int8Array;
  /** One for each index along the axis of outputs. */
  readonly scales: Float32Array;
}

/** A tensor's numbers, its sizes, and the axis of its outputs. */
export interface WeightTensor {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly axis: number;
}

/** The index along the axis, for each element. */
function channelsOf({ values, shape, axis }: WeightTensor): (index: number) => number {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const count = shape[axis] ?? 1;
  if (inner === values.length / count) return (index) => Math.floor(index / inner);
  return (index) => Math.floor(index / inner) % count;
}

/**
 * Weights as int8, symmetric, with a scale for each output. An output whose weights are all zero (a padded channel) gets the scale 1. Its bias
 * is stored in units of the product of both scales as int32: where the weights are so small that the bias would not fit, the scale is larger.
 */
export function quantiseWeight(
  weight: WeightTensor,
  bias: Float32Array | undefined,
  inputScale: number,
): QuantisedWeight {
  const { values, shape, axis } = weight;
  const channelOf = channelsOf(weight);
  const most = new Float64Array(shape[axis] ?? 1);
  for (let i = 0; i < values.length; i++) {
    const channel = channelOf(i);
    const size = Math.abs(values[i] as number);
    if (size > (most[channel] as number)) most[channel] = size;
  }
  const scales = Float32Array.from(most, (size, channel) => {
    const forBias = Math.abs(bias?.[channel] ?? 0) / (inputScale * (mostInt32 / 2));
    const scale = Math.max(size / mostInt8, forBias);
    return scale === 0 ? 1 : Math.max(scale, leastScale);
  });
  const whole = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const scale = scales[channelOf(i)] as number;
    whole[i] = between(roundHalfEven((values[i] as number) / scale), -mostInt8, mostInt8);
  }
  return { values: whole, scales };
}

/** A bias in units of the product of the input's scale and each output's. */
export function quantiseBias(
  bias: Float32Array,
  inputScale: number,
  scales: Float32Array,
): { readonly values: Int32Array; readonly scales: Float32Array } {
  const units = scales.map((scale) => inputScale * scale);
  const values = Int32Array.from(bias, (value, channel) =>
    between(roundHalfEven(value / (units[channel] as number)), -mostInt32, mostInt32),
  );
  return { values, scales: units };
}

/** The weights that the file's arithmetic uses. */
export function dequantisedWeight(weight: WeightTensor, { values, scales }: QuantisedWeight): Float64Array {
  const channelOf = channelsOf(weight);
  return Float64Array.from(values, (value, i) => value * (scales[channelOf(i)] as number));
}
