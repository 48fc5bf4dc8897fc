import { type Graph, typeOf } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import type { TensorToWrite } from "./safetensors.js";

/** The graph's own values among `values`, by name, for a weight file. Every slot must be present. */
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
