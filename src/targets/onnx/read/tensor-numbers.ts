import { type DType, dtypeBytes } from "../../../ir/shape.js";
import { countOf } from "../../../ops/expand.js";
import { type FixedOperand, mostAxes } from "../../../ops/onnx-node.js";
import { fromHalf } from "../../../weights/half.js";
import type { onnx } from "../generated/onnx.js";
import { mostNumbersOf } from "./operand.js";

type TensorProto = onnx.TensorProto.$Properties;

/** TensorProto.DataType, as far as our graphs use it: networks of other real numbers are counted as float32. */
const dtypesByNumber: Readonly<Record<number, DType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float32",
  11: "float32",
  16: "float32",
};

/** The real numbers that are counted as float32, and their bytes. */
const otherFloats: Readonly<Record<number, readonly [name: string, bytes: number]>> = {
  10: ["float16", 2],
  11: ["float64", 8],
  16: ["bfloat16", 2],
};

/** The other types that a file may have, for messages. */
const otherTypes: Readonly<Record<number, string>> = {
  4: "uint16",
  5: "int16",
  8: "string",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  15: "complex128",
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

/** The name of a type that is counted as float32. */
export const otherFloat = (elementType: number | null | undefined): string | undefined =>
  otherFloats[elementType ?? 0]?.[0];

const externalData = 1;

/** A bfloat16 number: the upper half of a float32. */
function brainOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

function rawNumbers(raw: Uint8Array, type: number, dtype: DType, count: number): readonly number[] | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = (width: number, at: (offset: number) => number): readonly number[] | undefined =>
    raw.byteLength === count * width ? Array.from({ length: count }, (_, i) => at(i * width)) : undefined;
  switch (dtype) {
    case "float32":
      if (type === 10) return read(2, (offset) => fromHalf(view.getUint16(offset, true)));
      if (type === 11) return read(8, (offset) => view.getFloat64(offset, true));
      if (type === 16) return read(2, (offset) => brainOf(view.getUint16(offset, true)));
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

const listed = (field: readonly unknown[] | null | undefined, count: number): readonly number[] | undefined =>
  field?.length === count ? field.map(Number) : undefined;

function numbersOf(tensor: TensorProto, dtype: DType, count: number): readonly number[] | undefined {
  if (count > mostNumbersOf(dtype) || tensor.data_location === externalData) return undefined;
  if (tensor.raw_data && tensor.raw_data.byteLength > 0)
    return rawNumbers(tensor.raw_data, tensor.data_type ?? 0, dtype, count);
  switch (tensor.data_type) {
    case 10:
      return listed(tensor.int32_data, count)?.map(fromHalf);
    case 16:
      return listed(tensor.int32_data, count)?.map(brainOf);
    case 11:
      return listed(tensor.double_data, count);
    default: {
      const field = { float32: tensor.float_data, int64: tensor.int64_data }[dtype as string] ?? tensor.int32_data;
      return listed(field, count);
    }
  }
}

/** Data in the file with another size than declared; data in another file is not read. */
function sizeFault(tensor: TensorProto, dtype: DType, count: number): string | undefined {
  if (tensor.data_location === externalData) return undefined;
  const raw = tensor.raw_data?.byteLength ?? 0;
  const lists = [tensor.float_data, tensor.int32_data, tensor.int64_data, tensor.double_data];
  const total = lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
  if (raw > 0 && total > 0) return "holds its data twice";
  const width = otherFloats[tensor.data_type ?? 0]?.[1] ?? dtypeBytes[dtype];
  if (raw > 0 && raw !== count * width) return `has ${raw} bytes of data for ${count} numbers of ${width} bytes`;
  if (raw === 0 && total > 0 && total !== count) return `has ${total} numbers where its shape has ${count}`;
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
