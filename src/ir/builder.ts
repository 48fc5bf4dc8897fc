import type { Graph, GraphInput, GraphOutput, Node, Slot, ValueId } from "./graph.js";
import type { TensorType } from "./shape.js";

/** A graph under construction: append-only; `finish` returns the immutable graph. */
export class GraphBuilder {
  readonly #name: string;
  readonly #types: TensorType[] = [];
  readonly #inputs: GraphInput[] = [];
  readonly #slots: Slot[] = [];
  readonly #nodes: Node[] = [];
  readonly #outputs: GraphOutput[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  get valueCount(): number {
    return this.#types.length;
  }

  /** A new value of this type; the caller immediately records its producer. */
  #value(type: TensorType): ValueId {
    return this.#types.push(type) - 1;
  }

  typeOf(value: ValueId): TensorType {
    return this.#types[value] as TensorType;
  }

  input(input: Omit<GraphInput, "value">, type: TensorType): ValueId {
    const value = this.#value(type);
    this.#inputs.push({ ...input, value });
    return value;
  }

  slot(slot: Omit<Slot, "value">, type: TensorType): ValueId {
    const value = this.#value(type);
    this.#slots.push({ ...slot, value });
    return value;
  }

  /** Appends a node whose results have these types. */
  node(node: Omit<Node, "outputs">, resultTypes: readonly TensorType[]): readonly ValueId[] {
    const outputs = resultTypes.map((type) => this.#value(type));
    this.#nodes.push({ ...node, outputs });
    return outputs;
  }

  output(output: GraphOutput): void {
    this.#outputs.push(output);
  }

  finish(): Graph {
    return {
      name: this.#name,
      inputs: this.#inputs,
      slots: this.#slots,
      nodes: this.#nodes,
      outputs: this.#outputs,
      types: this.#types,
    };
  }
}
