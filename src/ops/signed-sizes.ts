import type { Dim, Shape } from "../ir/shape.js";

/** Sizes in an attribute: `k` is k, `-k` is k*N. */
export type SignedSizes = readonly number[];

export function toSignedSizes(shape: Shape): SignedSizes {
  return shape.map((dim) => (typeof dim === "number" ? dim : -dim.batch));
}

export function fromSignedSize(size: number): Dim {
  return size < 0 ? { batch: -size } : size;
}

export function fromSignedSizes(sizes: SignedSizes): Shape {
  return sizes.map(fromSignedSize);
}
