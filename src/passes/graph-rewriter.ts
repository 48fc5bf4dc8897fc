import { invariant } from "../diagnostics/invariant.js";
import { GraphBuilder } from "../ir/builder.js";
import { copyGraph, type GraphCopy, liveNodes } from "../ir/copy-graph.js";
import type { GraphOutput, Node, Slot, ValueId } from "../ir/graph.js";
import { elementCount, type TensorType } from "../ir/shape.js";
import type { WeightedGraph, WeightValues } from "./weighted-graph.js";

/** A slot that a rewrite creates. */
export interface FreshSlot<W extends WeightValues> {
  /** The preferred name: that of the slot it replaces. */
  readonly name: string;
  /** The name if that slot is still used by another layer; made unique. */
  readonly otherwise: string;
  readonly role: Slot["role"];
  readonly type: TensorType;
  readonly values: W;
  readonly span?: Slot["span"];
}

/** Builds the next graph for a pass: new slots, and `finish`, which removes unused values and renumbers the rest. */
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

  /** Name and values of a value's slot; undefined if the value is computed. */
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

  /** A value that a new node computes. */
  addValue(type: TensorType): ValueId {
    return this.#types.push(type) - 1;
  }

  /** The graph of these nodes (in topological order) and outputs. Inputs stay, even unused ones: they are the interface. */
  finish(nodes: readonly Node[], outputs: readonly GraphOutput[] = this.#model.graph.outputs): WeightedGraph<W> {
    const { graph } = this.#model;
    const nexts = graph.slots.flatMap(({ next }) => (next === undefined ? [] : [next]));
    const { live, read } = liveNodes(nodes, [...outputs.map(({ value }) => value), ...nexts]);
    const builder = new GraphBuilder(graph.name);
    const copy = copyGraph({ ...graph, types: this.#types }, builder);
    copy.inputs();
    const weights = this.#copySlots(read, copy);
    for (const node of live) copy.node(node);
    for (const output of outputs) copy.output(output);
    return { graph: copy.finish(), weights };
  }

  #copySlots(read: ReadonlySet<ValueId>, copy: GraphCopy): Map<string, W> {
    const weights = new Map<string, W>();
    for (const slot of this.#model.graph.slots) {
      if (!read.has(slot.value) && slot.next === undefined) continue;
      weights.set(slot.name, this.slot(slot.value)?.values as W);
      copy.slot(slot);
    }
    for (const [value, { name: wanted, otherwise, role, values, span }] of this.#fresh) {
      if (!read.has(value)) continue;
      let name = wanted;
      for (let ordinal = 1; weights.has(name); ordinal++) name = ordinal === 1 ? otherwise : `${otherwise}_${ordinal}`;
      weights.set(name, values);
      copy.slot({ name, value, role, initializer: { kind: "constant", value: 0 }, span });
    }
    return weights;
  }
}
