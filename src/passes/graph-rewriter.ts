import { invariant } from "../diagnostics/invariant.js";
import type { Graph, GraphOutput, Node, Slot, ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import type { WeightedGraph, WeightValues } from "./weighted-graph.js";

/** A slot that a rewrite makes. */
export interface FreshSlot<W extends WeightValues> {
  /** The name it would like: the slot's that it replaces. */
  readonly name: string;
  /** The name it gets when that slot lives on in another layer; made unique. */
  readonly otherwise: string;
  readonly role: Slot["role"];
  readonly type: TensorType;
  readonly values: W;
  readonly span?: Slot["span"];
}

/** How often each value is read: by nodes, and by the graph's outputs. */
export function countUses(graph: Graph): Int32Array {
  const uses = new Int32Array(graph.types.length);
  const bump = (value: ValueId): void => {
    uses[value] = (uses[value] ?? 0) + 1;
  };
  for (const node of graph.nodes) node.inputs.forEach(bump);
  for (const { value } of graph.outputs) bump(value);
  for (const { next } of graph.slots) if (next !== undefined) bump(next);
  return uses;
}

/** What a pass needs to build the next graph: new slots, and a `finish` that drops what nothing reads and renumbers the rest. */
export class GraphRewriter<W extends WeightValues> {
  readonly #model: WeightedGraph<W>;
  readonly #types: TensorType[];
  readonly #slots: ReadonlyMap<ValueId, Slot>;
  readonly #fresh = new Map<ValueId, FreshSlot<W>>();

  constructor(model: WeightedGraph<W>) {
    this.#model = model;
    this.#types = [...model.graph.types];
    this.#slots = new Map(model.graph.slots.map((slot) => [slot.value, slot]));
  }

  /** Name and values of the slot behind a value; undefined where the value is computed. */
  slot(value: ValueId): { readonly name: string; readonly values: W } | undefined {
    const fresh = this.#fresh.get(value);
    if (fresh !== undefined) return fresh;
    const slot = this.#slots.get(value);
    if (slot === undefined) return undefined;
    const values = this.#model.weights.get(slot.name);
    invariant(values !== undefined, `no weights for ${slot.name}`);
    return { name: slot.name, values };
  }

  /** The type of a value of the old graph or of a new slot. */
  typeOf(value: ValueId): TensorType {
    const type = this.#types[value];
    invariant(type !== undefined, `value ${value} is not in graph ${this.#model.graph.name}`);
    return type;
  }

  addSlot(slot: FreshSlot<W>): ValueId {
    invariant(slot.values.length === elementCount(slot.type.shape), `${slot.name}: values do not fill the shape`);
    const value = this.#types.push(slot.type) - 1;
    this.#fresh.set(value, slot);
    return value;
  }

  /** The graph of these nodes (in topological order) and outputs. Inputs stay, even unread ones: they are the interface. */
  finish(nodes: readonly Node[], outputs: readonly GraphOutput[] = this.#model.graph.outputs): WeightedGraph<W> {
    const { graph } = this.#model;
    const read = new Uint8Array(this.#types.length);
    for (const { value } of outputs) read[value] = 1;
    for (const { next } of graph.slots) if (next !== undefined) read[next] = 1;
    const live: Node[] = [];
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i] as Node;
      if (!node.outputs.some((value) => read[value] === 1)) continue;
      live.push(node);
      for (const value of node.inputs) read[value] = 1;
    }
    live.reverse();
    const types: TensorType[] = [];
    const renumbered = new Int32Array(this.#types.length).fill(-1);
    const renumber = (value: ValueId): ValueId => {
      renumbered[value] = types.push(this.#types[value] as TensorType) - 1;
      return renumbered[value];
    };
    const moved = (value: ValueId): ValueId => {
      const now = renumbered[value] ?? -1;
      invariant(now >= 0, `a rewrite of ${graph.name} reads value ${value} before it is made`);
      return now;
    };
    const inputs = graph.inputs.map((input) => ({ ...input, value: renumber(input.value) }));
    const { slots, weights } = this.#liveSlots(read, renumber);
    const finalNodes = live.map((node) => ({
      ...node,
      inputs: node.inputs.map(moved),
      outputs: node.outputs.map(renumber),
    }));
    const finalOutputs = outputs.map((output) => ({ ...output, value: moved(output.value) }));
    const finalSlots = slots.map((slot) => (slot.next === undefined ? slot : { ...slot, next: moved(slot.next) }));
    const made = { name: graph.name, inputs, slots: finalSlots, nodes: finalNodes, outputs: finalOutputs, types };
    return { graph: made, weights };
  }

  #liveSlots(read: Uint8Array, renumber: (value: ValueId) => ValueId): { slots: Slot[]; weights: Map<string, W> } {
    const slots: Slot[] = [];
    const weights = new Map<string, W>();
    for (const slot of this.#model.graph.slots) {
      if (read[slot.value] !== 1 && slot.next === undefined) continue;
      weights.set(slot.name, this.slot(slot.value)?.values as W);
      slots.push({ ...slot, value: renumber(slot.value) });
    }
    for (const [value, { name: wanted, otherwise, role, values, span }] of this.#fresh) {
      if (read[value] !== 1) continue;
      let name = wanted;
      for (let ordinal = 1; weights.has(name); ordinal++) name = ordinal === 1 ? otherwise : `${otherwise}_${ordinal}`;
      weights.set(name, values);
      slots.push({ name, value: renumber(value), role, initializer: { kind: "constant", value: 0 }, span });
    }
    return { slots, weights };
  }
}
