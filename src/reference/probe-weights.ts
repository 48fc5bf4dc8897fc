import { type Graph, type Node, type Slot, typeOf } from "../ir/graph.js";
import { bindShape, elementCount } from "../ir/shape.js";
import type { Tensor } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";
import { randomStream } from "../random/stream.js";

/*
 * Default initialisation makes deep outputs collapse to about zero, and then any broken middle passes a comparison. Probe
 * weights keep the scale: var(y) = fan_in * var(w) * var(x), so weights with variance gain^2 / fan_in leave a layer's
 * input as large as it was; gain^2 = 2 makes up for the half that ReLU cuts (He et al. 2015). Biases are not zero, and
 * batch-norm statistics are away from 0 and 1, so that a pass that drops or swaps one of them is seen.
 */

const gain = Math.SQRT2;

/** The input's name by which the first node that reads it knows the slot (`weight`, `running_var`); its own name's end else. */
function roleOf(graph: Graph, slot: Slot, readers: ReadonlyMap<number, Node>): { op: string; input: string } {
  const reader = readers.get(slot.value);
  const inputs = reader === undefined ? undefined : findOp(reader.op)?.inputs;
  const index = reader?.inputs.indexOf(slot.value) ?? 0;
  const input = inputs === undefined || inputs === "many" ? undefined : inputs[index]?.name;
  return { op: reader?.op ?? graph.name, input: input ?? slot.name.split(".").at(-1) ?? "" };
}

function firstReaders(graph: Graph): ReadonlyMap<number, Node> {
  const readers = new Map<number, Node>();
  for (const node of graph.nodes) for (const value of node.inputs) if (!readers.has(value)) readers.set(value, node);
  return readers;
}

/** A scale-preserving value for every slot, the same for the same seed and name. */
export function probeWeights(graph: Graph, seed: number): Record<string, Tensor> {
  const readers = firstReaders(graph);
  return Object.fromEntries(
    graph.slots.map((slot) => {
      const shape = bindShape(typeOf(graph, slot.value).shape, 1);
      const random = randomStream(seed, slot.name);
      const draw = drawFor(roleOf(graph, slot, readers), shape, random);
      return [slot.name, { shape, data: Float64Array.from({ length: elementCount(shape) }, draw) }];
    }),
  );
}

function drawFor(
  { op, input }: { readonly op: string; readonly input: string },
  shape: readonly number[],
  random: ReturnType<typeof randomStream>,
): () => number {
  const between = (low: number, high: number) => () => low + (high - low) * random.uniform();
  if (op === "batch_norm") {
    // After its statistics a channel's variance is about 1; a weight around 1.1 keeps it there.
    if (input === "weight") return between(0.7, 1.5);
    if (input === "bias") return between(-0.5, 0.5);
    if (input === "running_mean") return between(-0.5, 0.5);
    return between(0.5, 2);
  }
  if (shape.length < 2) return between(-0.3, 0.3);
  // [outputs, inputs / groups, kernel...]: all but the first axis feed one output.
  const fanIn = elementCount(shape.slice(1));
  return () => (gain / Math.sqrt(fanIn)) * random.normal();
}

/** Standard normal numbers for every input: what a normalised picture is like. */
export function probeInputs(graph: Graph, batch: number, seed: number): Record<string, Tensor> {
  return Object.fromEntries(
    graph.inputs.map(({ name, value }) => {
      const { dtype, shape: symbolic } = typeOf(graph, value);
      const shape = bindShape(symbolic, batch);
      const random = randomStream(seed, `input ${name}`);
      const draw = dtype === "bool" ? () => (random.uniform() < 0.5 ? 0 : 1) : () => random.normal();
      return [name, { shape, data: Float64Array.from({ length: elementCount(shape) }, draw) }];
    }),
  );
}
