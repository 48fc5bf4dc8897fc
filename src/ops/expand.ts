import type { Tensor } from "./contracts.js";

/** Steps in row-major data from one index to the next, per axis. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return strides;
}

/** Number of elements. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Reads `data` at sum(index[axis] * strides[axis]) for every index of `shape` in row-major order. One loop for transposing
 * (permuted strides) and broadcasting (stride 0 on repeated axes).
 */
export function gather(
  data: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): Float64Array {
  const out = new Float64Array(countOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  const last = shape.length - 1;
  const [run, step] = [shape[last] ?? 1, strides[last] ?? 0];
  let from = start;
  for (let to = 0; to < out.length; ) {
    let at = from;
    for (const end = to + run; to < end; to++) {
      out[to] = data[at] as number;
      at += step;
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      from += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      from -= next * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}

/** The tensor broadcast to `shape`. */
export function expandTo(tensor: Tensor, shape: readonly number[]): Tensor {
  const missing = shape.length - tensor.shape.length;
  if (missing === 0 && tensor.shape.every((size, axis) => size === shape[axis])) return tensor;
  const own = rowMajorStrides(tensor.shape);
  const strides = shape.map((_, axis) =>
    axis < missing || tensor.shape[axis - missing] === 1 ? 0 : (own[axis - missing] as number),
  );
  return { shape, data: gather(tensor.data, shape, strides) };
}
