import { elementCount, type TensorType } from "../ir/shape.js";

/** Products per output of a layer whose weight (input 1) has outputs along the first axis. */
export const productsOf = ([, weight]: readonly TensorType[]): number => elementCount(weight?.shape.slice(1) ?? []);

/**
 * Inputs per output of a weight [outputs, inputs / groups, kernel...]: all axes but the first, limited to taps that the map
 * reaches.
 */
export const reachedTaps = (weight: readonly number[], input: readonly number[]): number =>
  weight.slice(1).reduce((taps, size, i) => taps * (i === 0 ? size : Math.min(size, input[i + 1] ?? size)), 1);
