import { invariant } from "../diagnostics/invariant.js";
import type { GraphBuilder } from "./builder.js";
import type { Graph, GraphInput, GraphOutput, Node, Slot, ValueId } from "./graph.js";
import type { TensorType } from "./shape.js";

/** The parts of a graph that a copy reads. */
type Copied = Pick<Graph, "name" | "inputs" | "slots" | "nodes" | "outputs" | "types">;

/** A graph being copied into a builder. Values are renumbered in the order in which they are copied. */
export interface GraphCopy {
  /** The new number of a copied value. */
  readonly at: (value: ValueId) => ValueId;
  /** From now on, this new value replaces the old one. */
  stand(value: ValueId, now: ValueId): void;
  input(input: GraphInput): ValueId;
  /** `as` overrides fields. */
  slot(slot: Slot, as?: Partial<Pick<Slot, "name">>): ValueId;
  node(node: Node, as?: Partial<Pick<Node, "path">>): readonly ValueId[];
  output(output: GraphOutput): void;
  /** Copies all of a kind. */
  inputs(): void;
  slots(): void;
  nodes(): void;
  outputs(): void;
  /** The builder's graph; copied slots refer to the copies of their next values. */
  finish(): Graph;
}

/** Rebuilds a graph, completely or with parts removed, inserted or replaced. The only such function. */
export function copyGraph(graph: Copied, builder: GraphBuilder): GraphCopy {
  const moved = new Map<ValueId, ValueId>();
  const following = new Map<ValueId, ValueId>();
  const typeOf = (value: ValueId): TensorType => {
    const type = graph.types[value];
    invariant(type !== undefined, `value ${value} is not in graph ${graph.name}`);
    return type;
  };
  const stand = (value: ValueId, now: ValueId): ValueId => {
    moved.set(value, now);
    return now;
  };
  const at = (value: ValueId): ValueId => {
    const now = moved.get(value);
    invariant(now !== undefined, `a copy of ${graph.name} reads value ${value} before it is made`);
    return now;
  };
  const copy: GraphCopy = {
    at,
    stand,
    input: (input) => stand(input.value, builder.input(input, typeOf(input.value))),
    slot({ next, ...slot }, as = {}) {
      const now = stand(slot.value, builder.slot({ ...slot, ...as }, typeOf(slot.value)));
      if (next !== undefined) following.set(now, next);
      return now;
    },
    node(node, as = {}) {
      const outputs = builder.node({ ...node, ...as, inputs: node.inputs.map(at) }, node.outputs.map(typeOf));
      for (const [i, value] of node.outputs.entries()) stand(value, outputs[i] as ValueId);
      return outputs;
    },
    output: (output) => builder.output({ ...output, value: at(output.value) }),
    inputs: () => graph.inputs.forEach((input) => void copy.input(input)),
    slots: () => graph.slots.forEach((slot) => void copy.slot(slot)),
    nodes: () => graph.nodes.forEach((node) => void copy.node(node)),
    outputs: () => graph.outputs.forEach(copy.output),
    finish() {
      const made = builder.finish();
      if (following.size === 0) return made;
      const slots = made.slots.map((slot) => {
        const next = following.get(slot.value);
        return next === undefined ? slot : { ...slot, next: at(next) };
      });
      return { ...made, slots };
    },
  };
  return copy;
}

/** The nodes, in topological order, that these values depend on; and all values read, including these. */
export function liveNodes(
  nodes: readonly Node[],
  roots: Iterable<ValueId>,
): { readonly live: readonly Node[]; readonly read: ReadonlySet<ValueId> } {
  const read = new Set(roots);
  const live: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((value) => read.has(value))) continue;
    live.push(node);
    for (const value of node.inputs) read.add(value);
  }
  return { live: live.reverse(), read };
}
