/** Kernels that only move numbers. */
import type { Tensor } from "../../../ops/contracts.js";
import { countOf, gather, rowMajorStrides } from "../../../ops/expand.js";

const product = countOf;

/** One size may be -1: it is inferred from the others. */
export function reshaped({ shape, data }: Tensor, sizes: readonly number[]): Tensor {
  const known = product(sizes.filter((size) => size >= 0));
  return { shape: sizes.map((size) => (size < 0 ? product(shape) / known : size)), data };
}

/** A size of -1 means up to the end of the axis. */
export function sliced({ shape, data }: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
  const strides = rowMajorStrides(shape);
  const sizes = size.map((cells, axis) => (cells < 0 ? (shape[axis] as number) - (begin[axis] as number) : cells));
  const start = begin.reduce((sum, at, axis) => sum + at * (strides[axis] as number), 0);
  return { shape: sizes, data: gather(data, sizes, strides, start) };
}

/** The entries of an axis at these indices, in their order. */
export function taken(x: Tensor, indices: Tensor, axis: number): Tensor {
  const parts = Array.from(indices.data, (at) => at);
  const [outer, length, inner] = around(x.shape, axis);
  const data = new Float64Array(outer * parts.length * inner);
  for (let o = 0; o < outer; o++) {
    for (const [i, at] of parts.entries()) {
      const from = (o * length + at) * inner;
      data.set(x.data.subarray(from, from + inner), (o * parts.length + i) * inner);
    }
  }
  return { shape: x.shape.toSpliced(axis, 1, ...indices.shape), data };
}

const around = (shape: readonly number[], axis: number): readonly [number, number, number] => [
  product(shape.slice(0, axis)),
  shape[axis] as number,
  product(shape.slice(axis + 1)),
];

export function padded(x: Tensor, paddings: readonly (readonly number[])[], value: number): Tensor {
  let [shape, data] = [x.shape, x.data];
  for (const [axis, [before = 0, after = 0]] of paddings.entries()) {
    if (before === 0 && after === 0) continue;
    const [outer, length, inner] = around(shape, axis);
    const longer = before + length + after;
    const wider = new Float64Array(outer * longer * inner).fill(value);
    for (let o = 0; o < outer; o++) {
      const run = data.subarray(o * length * inner, (o + 1) * length * inner);
      wider.set(run, (o * longer + before) * inner);
    }
    [shape, data] = [shape.with(axis, longer), wider];
  }
  return { shape, data };
}

export function repeated(x: Tensor, reps: readonly number[]): Tensor {
  let { shape, data } = x;
  for (const [axis, times] of reps.entries()) {
    if (times === 1) continue;
    const [outer, length, inner] = around(shape, axis);
    const run = length * inner;
    const longer = new Float64Array(outer * run * times);
    for (let o = 0; o < outer * times; o++) {
      const from = Math.floor(o / times) * run;
      longer.set(data.subarray(from, from + run), o * run);
    }
    [shape, data] = [shape.with(axis, length * times), longer];
  }
  return { shape, data };
}
