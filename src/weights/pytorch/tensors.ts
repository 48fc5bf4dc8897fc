/** Tensors as views of their storages: sizes and strides over elements, as in PyTorch. */
import { isReadableDtype, readableDtypes, toFloat32 } from "../number-formats.js";
import type { StoredTensor } from "../weight-file.js";
import type { TensorValue } from "./pickle-values.js";

/** `storage` has at least as many elements as the tensor's storage declares. */
export function storedTensor(name: string, tensor: TensorValue, storage: Uint8Array): StoredTensor {
  const { dtype, shape } = tensor;
  const float32 = isReadableDtype(dtype) ? () => readElements(tensor, storage, readableDtypes[dtype]) : undefined;
  return { name, dtype, shape, float32 };
}

/** The elements in row-major order; a view of the storage if they are already in that order. */
function readElements(
  { dtype, offset, shape, strides }: TensorValue,
  storage: Uint8Array,
  width: number,
): Float32Array {
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (!isReadableDtype(dtype) || count === 0) return new Float32Array(0);
  const reach = shape.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] ?? 0), 1);
  const elements = toFloat32(storage.subarray(offset * width, (offset + reach) * width), dtype);
  return isRowMajor(shape, strides) ? elements : gather(elements, shape, strides, count);
}

/** Axes of size 1 may have any stride, because it is never used. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dim = shape[axis] ?? 1;
    if (dim !== 1 && strides[axis] !== expected) return false;
    expected *= dim;
  }
  return true;
}

function gather(from: Float32Array, shape: readonly number[], strides: readonly number[], count: number): Float32Array {
  const out = new Float32Array(count);
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < count; i++) {
    out[i] = from[at] ?? Number.NaN;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const [dim = 1, stride = 0] = [shape[axis], strides[axis]];
      if (next < dim) {
        index[axis] = next;
        at += stride;
        break;
      }
      index[axis] = 0;
      at -= (dim - 1) * stride;
    }
  }
  return out;
}
