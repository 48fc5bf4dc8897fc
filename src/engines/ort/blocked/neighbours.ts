/** The nodes that compute and read each value of a step's graph, for recognising patterns of several nodes. */
import type { Graph, Node, ValueId } from "../../../ir/graph.js";
import { isWeightGradient } from "./neighbour-ops.js";

export class Neighbours {
  readonly #makers = new Map<ValueId, Node>();
  readonly #readers = new Map<ValueId, Node[]>();
  readonly #inputs = new Map<ValueId, ValueId>();
  /** Graph outputs and next values of slots. */
  readonly #kept: ReadonlySet<ValueId>;

  constructor(graph: Graph) {
    for (const node of graph.nodes) {
      const { inputs, outputs } = node;
      if (isWeightGradient(node)) this.#inputs.set(inputs[1] as ValueId, inputs[0] as ValueId);
      for (const value of outputs) this.#makers.set(value, node);
      for (const value of new Set(inputs)) {
        const readers = this.#readers.get(value);
        if (readers === undefined) this.#readers.set(value, [node]);
        else readers.push(node);
      }
    }
    const nexts = graph.slots.flatMap(({ next }) => (next === undefined ? [] : [next]));
    this.#kept = new Set([...graph.outputs.map(({ value }) => value), ...nexts]);
  }

  makerOf(value: ValueId): Node | undefined {
    return this.#makers.get(value);
  }

  /** The nodes that read a value; none if it is also a graph output or a slot's next value. */
  readersOf(value: ValueId): readonly Node[] {
    return this.#kept.has(value) ? [] : (this.#readers.get(value) ?? []);
  }

  /** The only node that reads a value, if it is read once and is not an output. */
  onlyReader(value: ValueId): Node | undefined {
    const readers = this.readersOf(value);
    return readers.length === 1 ? readers[0] : undefined;
  }

  /** The input of the convolution whose result has this gradient, as the weight's gradient reads it. */
  inputBehind(gradient: ValueId): ValueId | undefined {
    return this.#inputs.get(gradient);
  }
}
