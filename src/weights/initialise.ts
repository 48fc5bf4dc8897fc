import { type Graph, type Slot, typeOf } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import { fillNormal, fillUniform } from "../random/stream.js";

/** The initial values of a graph's slots, by slot name. They depend only on the seed and the slot's own name. */
export function initialiseWeights(graph: Graph, seed: number): Map<string, Float32Array> {
  return new Map(graph.slots.map((slot) => [slot.name, initialiseSlot(graph, slot, seed)]));
}

function initialiseSlot(graph: Graph, slot: Slot, seed: number): Float32Array {
  const values = new Float32Array(elementCount(typeOf(graph, slot.value).shape));
  const { initializer } = slot;
  switch (initializer.kind) {
    case "constant":
      if (initializer.value !== 0) values.fill(initializer.value);
      break;
    case "uniform":
      fillUniform(values, seed, slot.name, initializer.low, initializer.high);
      break;
    case "normal":
      fillNormal(values, seed, slot.name, initializer.mean, initializer.std);
      break;
  }
  return values;
}
