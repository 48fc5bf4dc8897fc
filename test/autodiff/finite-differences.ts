import { differentiate } from "../../src/autodiff/differentiate.js";
import type { Graph, ValueId } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { type Feed, interpret } from "../../src/reference/interpret.js";

/** The source of a value: one of a feed's tensors. */
export interface Leaf {
  readonly from: "inputs" | "slots";
  readonly name: string;
  readonly value: ValueId;
}

export function leavesOf(graph: Graph): readonly Leaf[] {
  const isFloat = ({ value }: { readonly value: ValueId }): boolean => graph.types[value]?.dtype === "float32";
  return [
    ...graph.inputs.filter(isFloat).map(({ name, value }) => ({ from: "inputs", name, value }) as const),
    ...graph.slots.filter(isFloat).map(({ name, value }) => ({ from: "slots", name, value }) as const),
  ];
}

/** The loss and its gradients for the leaves, by the reverse pass and the reference interpreter. */
export function reverseGradients(
  graph: Graph,
  loss: ValueId,
  leaves: readonly Leaf[],
  feed: Feed,
): { readonly loss: number; readonly gradients: readonly Tensor[] } {
  const made = differentiate(
    graph,
    loss,
    leaves.map(({ value }) => value),
  );
  const outputs = made.gradients.map((value, i) => ({ name: `gradient ${i}`, value }));
  const whole = { ...made.graph, outputs: [{ name: "loss", value: loss }, ...outputs] };
  assertSound(whole);
  const results = interpret(whole, feed);
  return {
    loss: results.loss?.data[0] as number,
    gradients: outputs.map(({ name }) => results[name] as Tensor),
  };
}

/** The feed with `step * direction` added to one of its tensors. */
export function moved(feed: Feed, { from, name }: Leaf, direction: Float64Array, step: number): Feed {
  const tensor = feed[from][name] as Tensor;
  const data = tensor.data.map((x, i) => x + step * (direction[i] as number));
  return { ...feed, [from]: { ...feed[from], [name]: { ...tensor, data } } };
}

export function lossOf(graph: Graph, loss: ValueId, feed: Feed): number {
  return interpret({ ...graph, outputs: [{ name: "loss", value: loss }] }, feed).loss?.data[0] as number;
}
