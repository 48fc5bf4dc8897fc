/** A multiple of the batch: `{ batch: k }` is `k * N`. */
export interface BatchDim {
  readonly batch: number;
}

/** A dimension: a known integer or a multiple of the batch N. */
export type Dim = number | BatchDim;

export type Shape = readonly Dim[];

/** Element types of the graph; the language shows only `float32` and `bool`. */
export type DType = "float32" | "float16" | "int64" | "int32" | "int8" | "uint8" | "bool";

export const dtypes: readonly DType[] = ["float32", "float16", "int64", "int32", "int8", "uint8", "bool"];

/** Bytes of one element. */
export const dtypeBytes: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  int64: 8,
  int32: 4,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** What a value is: element type and shape. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export function sameDim(a: Dim, b: Dim): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a.batch === b.batch;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => sameDim(dim, b[i] as Dim));
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** `29`, `N` or `4*N`. */
export function formatDim(dim: Dim): string {
  if (typeof dim === "number") return String(dim);
  return dim.batch === 1 ? "N" : `${dim.batch}*N`;
}

/** `[N, 29, 56, 56]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.map(formatDim).join(", ")}]`;
}

/** The dimension with N bound to `batch`. */
export function bindDim(dim: Dim, batch: number): number {
  return typeof dim === "number" ? dim : dim.batch * batch;
}

/** The shape with N bound to `batch`. */
export function bindShape(shape: Shape, batch: number): number[] {
  return shape.map((dim) => bindDim(dim, batch));
}

/** Number of elements, with N bound to `batch` (default 1). */
export function elementCount(shape: Shape, batch = 1): number {
  let count = 1;
  for (const dim of shape) count *= bindDim(dim, batch);
  return count;
}

/** `a + b`, or undefined if one is a number and the other a multiple of N. */
export function addDims(a: Dim, b: Dim): Dim | undefined {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (typeof a === "number" || typeof b === "number") return undefined;
  return { batch: a.batch + b.batch };
}
