import { typeOf } from "../../ir/graph.js";
import type { Tensor } from "../../ops/contracts.js";
import type { WeightedGraph } from "../../passes/weighted-graph.js";

/** Tensors by the names of the graph's outputs (or inputs, or slots). */
export type Outputs = Readonly<Record<string, Tensor>>;

export interface Variation {
  readonly output: string;
  /** As a share of the norm; undefined if a value is not finite. */
  readonly variation: number | undefined;
}

/** The output that varies least, between the samples of a run or between two runs; an output that is not finite comes first. */
export function leastVarying(
  outputs: Outputs,
  again: () => Outputs,
  { batch, least: enough }: { readonly batch: number; readonly least: number },
): Variation {
  let second: Outputs | undefined;
  let least = { output: "", variation: Number.POSITIVE_INFINITY };
  for (const [output, { data }] of Object.entries(outputs)) {
    if (!data.every(Number.isFinite)) return { output, variation: undefined };
    const half = data.length / batch;
    let variation = Number.isInteger(half) ? relativeError(data.subarray(half), data.subarray(0, half)) : 0;
    if (variation < enough) {
      second ??= again();
      variation = Math.max(variation, relativeError(second[output]?.data ?? [], data));
    }
    if (variation < least.variation) least = { output, variation };
  }
  return least;
}

/** `||a - b|| / ||b||`; 0 for two zeros. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    norm += (expected[i] as number) ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

export interface Difference {
  readonly output: string;
  readonly error: number;
}

export function worst(expected: Outputs, actual: Outputs): Difference {
  let found: Difference = { output: "", error: 0 };
  for (const [output, tensor] of Object.entries(expected)) {
    const error = relativeError(actual[output]?.data ?? [], tensor.data);
    // A value that is not finite is the largest error.
    if (Number.isNaN(error)) return { output, error };
    if (error > found.error) found = { output, error };
  }
  return found;
}

export const valuesOf = (tensors: Outputs): Map<string, Float64Array> =>
  new Map(Object.entries(tensors).map(([name, { data }]) => [name, data]));

export function tensorsOf({ graph, weights }: WeightedGraph<Float64Array>): Record<string, Tensor> {
  return Object.fromEntries(
    graph.slots.map(({ name, value }) => [
      name,
      { shape: typeOf(graph, value).shape as readonly number[], data: weights.get(name) ?? new Float64Array() },
    ]),
  );
}
