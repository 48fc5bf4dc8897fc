/**
 * The numbers of a GraphModel as bytes, and their entries in model.json. Weights may be rounded as by tensorflowjs' converter (its
 * quantization.py): to half precision, or to 256 steps between the minimum and maximum of a tensor, shifted so that zero is one of
 * them. TensorFlow.js converts them to float32 when it loads the model.
 */
import type { HeldNumbers } from "./graph-model.js";
import type { WeightsType } from "./weights-type.js";

/** A byte `v` stands for the number `v * scale + min`. */
interface Steps {
  readonly min: number;
  readonly scale: number;
}

export type Quantization =
  | { readonly dtype: "float16"; readonly original_dtype: "float32" }
  | ({ readonly dtype: "uint8"; readonly original_dtype: "float32" } & Steps);

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly quantization?: Quantization;
}

export interface EncodedWeight {
  readonly spec: WeightSpec;
  readonly bytes: Uint8Array;
}

/** Filters and matrices take most of the space; biases and statistics are few, and each affects a whole channel. */
export const isRounded = ({ isWeight, shape, values }: HeldNumbers): boolean =>
  isWeight && shape.length >= 2 && values instanceof Float32Array;

export function encodeWeight(held: HeldNumbers, type: WeightsType): EncodedWeight {
  const { name, shape, values } = held;
  const dtype = values instanceof Int32Array ? "int32" : "float32";
  const spec = { name, shape, dtype } as const;
  if (type === "float32" || !(values instanceof Float32Array) || !isRounded(held)) {
    return { spec, bytes: littleEndian(values) };
  }
  if (type === "float16") {
    const bytes = littleEndian(Uint16Array.from(values, halfOf));
    return { spec: { ...spec, quantization: { dtype: "float16", original_dtype: "float32" } }, bytes };
  }
  const steps = stepsOf(values);
  const quantization = { dtype: "uint8", ...steps, original_dtype: "float32" } as const;
  return { spec: { ...spec, quantization }, bytes: stepNumbers(values, steps) };
}

/** To the nearest integer, ties to even, as numpy does. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

const mostSteps = 255;

function stepsOf(values: Float32Array): Steps {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (!(min < max)) return { min: values.length === 0 ? 0 : min, scale: 1 };
  const scale = (max - min) / mostSteps;
  // `0 -` keeps the zero positive if the range begins there.
  return { min: min <= 0 && max >= 0 ? 0 - roundToEven(-min / scale) * scale : min, scale };
}

function stepNumbers(values: Float32Array, { min, scale }: Steps): Uint8Array {
  const max = mostSteps * scale + min;
  return Uint8Array.from(values, (value) => roundToEven((Math.min(max, Math.max(min, value)) - min) / scale));
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

/** The float32 numbers that TensorFlow.js computes from a rounded weight. */
export function rounded(held: HeldNumbers, type: WeightsType): Float32Array | Int32Array {
  const { spec, bytes } = encodeWeight(held, type);
  const { quantization } = spec;
  if (quantization === undefined) return held.values;
  if (quantization.dtype === "uint8")
    return Float32Array.from(bytes, (step) => step * quantization.scale + quantization.min);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 2 }, (_, i) => fromHalf(view.getUint16(2 * i, true)));
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(values: Float32Array | Int32Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (isLittleEndian) return bytes;
  const size = values.BYTES_PER_ELEMENT;
  return Uint8Array.from(bytes, (_, i) => bytes[i - (i % size) + size - 1 - (i % size)] as number);
}
