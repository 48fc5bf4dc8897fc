import { type DType, dtypeBytes } from "../../../ir/shape.js";
import { countOf } from "../../../ops/expand.js";
import { type FixedOperand, mostAxes } from "../../../ops/onnx-node.js";
import type { onnx } from "../generated/onnx.js";
import { mostNumbers } from "./operand.js";

type TensorProto = onnx.TensorProto.$Properties;

/** TensorProto.DataType, as far as our graphs use it. */
const dtypesByNumber: Readonly<Record<number, DType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
};

/** The other types that a file may have, for messages. */
const otherTypes: Readonly<Record<number, string>> = {
  4: "uint16",
  5: "int16",
  8: "string",
  11: "float64",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8",
  18: "float8",
  19: "float8",
  20: "float8",
  21: "uint4",
  22: "int4",
};

export function dtypeOf(elementType: number | null | undefined): DType | undefined {
  return dtypesByNumber[elementType ?? 0];
}

export function dtypeName(elementType: number | null | undefined): string {
  const known = dtypeOf(elementType) ?? otherTypes[elementType ?? 0];
  return known ?? `of type number ${elementType ?? 0}`;
}

const externalData = 1;

function rawNumbers(raw: Uint8Array, dtype: DType, count: number): readonly number[] | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = (width: number, at: (offset: number) => number): readonly number[] | undefined =>
    raw.byteLength === count * width ? Array.from({ length: count }, (_, i) => at(i * width)) : undefined;
  switch (dtype) {
    case "float32":
      return read(4, (offset) => view.getFloat32(offset, true));
    case "int64":
      return read(8, (offset) => Number(view.getBigInt64(offset, true)));
    case "int32":
      return read(4, (offset) => view.getInt32(offset, true));
    case "bool":
    case "uint8":
      return read(1, (offset) => view.getUint8(offset));
    case "int8":
      return read(1, (offset) => view.getInt8(offset));
    default:
      return undefined;
  }
}

function numbersOf(tensor: TensorProto, dtype: DType, count: number): readonly number[] | undefined {
  if (count > mostNumbers || tensor.data_location === externalData) return undefined;
  if (tensor.raw_data && tensor.raw_data.byteLength > 0) return rawNumbers(tensor.raw_data, dtype, count);
  const field = { float32: tensor.float_data, int64: tensor.int64_data }[dtype as string] ?? tensor.int32_data;
  return field?.length === count ? field.map(Number) : undefined;
}

/** Data in the file with another size than declared; data in another file is not read. */
function sizeFault(tensor: TensorProto, dtype: DType, count: number): string | undefined {
  if (tensor.data_location === externalData) return undefined;
  const raw = tensor.raw_data?.byteLength ?? 0;
  const typed = [tensor.float_data, tensor.int32_data, tensor.int64_data].map((list) => list?.length ?? 0);
  const listed = typed.reduce((sum, length) => sum + length, 0);
  if (raw > 0 && listed > 0) return "holds its data twice";
  const width = dtypeBytes[dtype];
  if (raw > 0 && raw !== count * width) return `has ${raw} bytes of data for ${count} numbers of ${width} bytes`;
  if (raw === 0 && listed > 0 && listed !== count) return `has ${listed} numbers where its shape has ${count}`;
  return undefined;
}

/** A tensor of the file, or what is wrong with it, in a few words. */
export function fixedOf(tensor: TensorProto, name: string | undefined): FixedOperand | string {
  const dtype = dtypeOf(tensor.data_type);
  if (dtype === undefined) return `is ${dtypeName(tensor.data_type)}`;
  const dims = (tensor.dims ?? []).map(Number);
  if (dims.length > mostAxes) return `has ${dims.length} axes`;
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) || !Number.isSafeInteger(countOf(dims))) {
    return `has the impossible shape [${dims.join(", ")}]`;
  }
  const wrong = sizeFault(tensor, dtype, countOf(dims));
  if (wrong !== undefined) return wrong;
  const numbers = numbersOf(tensor, dtype, countOf(dims));
  return { kind: "fixed", name, isTrained: name !== undefined, dtype, dims, numbers };
}
