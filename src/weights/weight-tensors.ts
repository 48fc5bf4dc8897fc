import { type Graph, typeOf } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import type { TensorToWrite } from "./safetensors.js";

/** What of `values` is the graph's own, under its names, as a weight file has it. Every slot must be there. */
export function weightTensors(
  graph: Graph,
  values: ReadonlyMap<string, Float32Array<ArrayBufferLike>>,
): ReadonlyMap<string, TensorToWrite> {
  return new Map(
    graph.slots.map(({ name, value }) => {
      const shape = bindShape(typeOf(graph, value).shape, 1);
      return [name, { shape, data: values.get(name) as Float32Array }] as const;
    }),
  );
}
