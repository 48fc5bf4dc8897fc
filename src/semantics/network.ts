import type { Span } from "../diagnostics/span.js";
import { GraphBuilder } from "../ir/builder.js";
import type { Attributes, Graph, GraphInput, GraphOutput, Initializer, Node, Slot, ValueId } from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";
import type { PathScope } from "./path-scope.js";

/** A graph under construction; paths are final when it is finished. */
export class Network {
  readonly #builder: GraphBuilder;
  readonly #nodePaths: PathScope[] = [];
  readonly #slotPaths: { scope: PathScope; name: string }[] = [];

  constructor(name: string) {
    this.#builder = new GraphBuilder(name);
  }

  get nodeCount(): number {
    return this.#nodePaths.length;
  }

  typeOf(value: ValueId): TensorType {
    return this.#builder.typeOf(value);
  }

  input(input: Omit<GraphInput, "value">, type: TensorType): ValueId {
    return this.#builder.input(input, type);
  }

  slot(request: WeightRequest): ValueId {
    request.scope.use();
    this.#slotPaths.push({ scope: request.scope, name: request.name });
    const { role, initializer, span } = request;
    return this.#builder.slot({ name: "", role, initializer, span }, request.type);
  }

  node(
    op: string,
    attributes: Attributes,
    inputs: readonly ValueId[],
    types: readonly TensorType[],
    at: PathScope,
    span: Span,
  ): readonly ValueId[] {
    at.use();
    this.#nodePaths.push(at);
    return this.#builder.node({ op, attributes, inputs, path: "", span }, types);
  }

  output(output: GraphOutput): void {
    this.#builder.output(output);
  }

  /**
   * The graph without nodes that no output needs, and without weights that only those used; unused inputs are removed on
   * request.
   */
  finish({ dropUnreadInputs = false }: { readonly dropUnreadInputs?: boolean } = {}): Graph {
    const raw = this.#builder.finish();
    const named: Graph = {
      ...raw,
      nodes: raw.nodes.map((node, i) => ({ ...node, path: (this.#nodePaths[i] as PathScope).path })),
      slots: raw.slots.map((slot, i) => {
        const { scope, name } = this.#slotPaths[i] as { scope: PathScope; name: string };
        return { ...slot, name: name === "" ? scope.path : scope.join(name) };
      }),
    };
    return prune(named, dropUnreadInputs);
  }
}

/**
 * Keeps the nodes and slots that an output depends on, and inputs unless told otherwise. Values are renumbered in the old
 * order.
 */
function prune(graph: Graph, dropUnreadInputs: boolean): Graph {
  const needed = new Uint8Array(graph.types.length);
  for (const { value } of graph.outputs) needed[value] = 1;
  const kept: Node[] = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i] as Node;
    if (!node.outputs.some((value) => needed[value] === 1)) continue;
    for (const value of node.outputs) needed[value] = 1;
    for (const value of node.inputs) needed[value] = 1;
    kept.push(node);
  }
  kept.reverse();
  if (!dropUnreadInputs) for (const { value } of graph.inputs) needed[value] = 1;
  const inputs = graph.inputs.filter(({ value }) => needed[value] === 1);
  const slots = graph.slots.filter((slot: Slot) => needed[slot.value] === 1);
  const renumbered = new Int32Array(graph.types.length);
  const types: TensorType[] = [];
  for (let value = 0; value < needed.length; value++) {
    if (needed[value] === 1) renumbered[value] = types.push(graph.types[value] as TensorType) - 1;
  }
  const renumber = (value: ValueId): ValueId => renumbered[value] as number;
  return {
    name: graph.name,
    inputs: inputs.map((input) => ({ ...input, value: renumber(input.value) })),
    slots: slots.map((slot) => ({ ...slot, value: renumber(slot.value) })),
    nodes: kept.map((node) => ({
      ...node,
      inputs: node.inputs.map(renumber),
      outputs: node.outputs.map(renumber),
    })),
    outputs: graph.outputs.map((output) => ({ ...output, value: renumber(output.value) })),
    types,
  };
}

export interface WeightRequest {
  readonly scope: PathScope;
  /** `weight`, `running_mean`; empty if the scope itself has the weight's name. */
  readonly name: string;
  readonly type: TensorType;
  readonly role: "parameter" | "statistic";
  readonly initializer: Initializer;
  readonly span: Span;
}
