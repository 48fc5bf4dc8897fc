/**
 * The numbers of a GraphModel as bytes, and their entries in model.json. Weights may be rounded as by tensorflowjs' converter (its
 * quantization.py): to half precision, or to 256 steps between the minimum and maximum of a tensor, shifted so that zero is one of
 * them. TensorFlow.js converts them to float32 when it loads the model.
 */
import { fromHalf, halfOf, roundToEven } from "../../weights/half.js";
import { isRoundedShape, type WeightsType } from "../../weights/weights-type.js";
import type { HeldNumbers } from "./graph-model.js";

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

export const isRounded = ({ isWeight, shape, values }: HeldNumbers): boolean =>
  isWeight && isRoundedShape(shape) && values instanceof Float32Array;

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
