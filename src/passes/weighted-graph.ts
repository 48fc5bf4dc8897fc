import type { Graph } from "../ir/graph.js";

/** float32 for files; float64 where a verification needs the algebra without rounding. */
export type WeightValues = Float32Array | Float64Array;

/** A graph with the values of all its slots, by slot name. */
export interface WeightedGraph<W extends WeightValues = WeightValues> {
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, W>;
}

/**
 * A rewrite that preserves the outputs. A pass never modifies its input: it returns a new graph, or the same one if there is
 * nothing to do. It computes in double precision and stores in the given precision.
 */
export interface Pass {
  readonly name: string;
  run<W extends WeightValues>(model: WeightedGraph<W>): WeightedGraph<W>;
}

/** New values of the same precision as `like`. */
export function valuesLike<W extends WeightValues>(like: W, length: number): W {
  return (like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)) as W;
}

/** The weights as float32, for files; float32 weights are not copied. */
export function asFloat32(weights: ReadonlyMap<string, WeightValues>): ReadonlyMap<string, Float32Array> {
  return new Map(
    [...weights].map(([name, values]) => [name, values instanceof Float32Array ? values : Float32Array.from(values)]),
  );
}
