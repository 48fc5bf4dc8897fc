import type { Span } from "../diagnostics/span.js";
import { GraphBuilder } from "../ir/builder.js";
import type {
  Attributes,
  Graph,
  GraphInput,
  GraphOutput,
  Initializer,
  Node,
  Slot,
  SlotRole,
  ValueId,
} from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";
import { joined, type PathScope } from "./path-scope.js";
import type { Value } from "./values.js";

/** A graph under construction; paths are final when it is finished. */
export class Network {
  readonly #builder: GraphBuilder;
  readonly #nodePaths: PathScope[] = [];
  readonly #slotPaths: { scope: PathScope; name: string }[] = [];
  readonly #blocks: AppliedBlock[] = [];

  constructor(name: string) {
    this.#builder = new GraphBuilder(name);
  }

  get nodeCount(): number {
    return this.#nodePaths.length;
  }

  /** How much there is: whatever is added later comes after it. */
  get size(): NetworkSize {
    return {
      nodes: this.#nodePaths.length,
      slots: this.#slotPaths.length,
      values: this.#builder.valueCount,
      blocks: this.#blocks.length,
    };
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

  /** Records that the nodes from the `from`-th on were made by a block. Blocks inside it are recorded before. */
  block(name: string, scope: PathScope, from: number, values: ReadonlyMap<string, Value>): void {
    this.#blocks.push({ name, scope, from, to: this.nodeCount, values });
  }

  /** The applications of blocks; call it only when nothing more will be added. */
  get blocks(): readonly BlockUse[] {
    return this.#blocks.map(({ name, scope, from, to, values }) => ({
      name,
      path: scope.path,
      values,
      nodes: this.#nodePaths.slice(from, to).map(({ path }) => path),
    }));
  }

  output(output: GraphOutput): void {
    this.#builder.output(output);
  }

  /**
   * Adds again what was added to a network (this one or another) between two sizes of it, in the same order. `at` gives the new
   * scopes; `numberOf` gives the new numbers of values, those of the part's own by {@link NetworkPart.from}.
   */
  repeat(
    { network, from, to }: NetworkPart,
    at: (scope: PathScope) => PathScope,
    numberOf: (value: ValueId) => ValueId,
  ) {
    const { nodes, slots, types } = network.#builder.finish();
    const shift = this.nodeCount - from.nodes;
    let next = from.slots;
    const addSlotsBefore = (value: ValueId): void => {
      for (; next < to.slots; next++) {
        const slot = slots[next] as Slot;
        if (slot.value > value) return;
        const { scope, name } = network.#slotPaths[next] as { scope: PathScope; name: string };
        const { role, initializer, span } = slot;
        this.slot({
          scope: at(scope),
          name,
          type: types[slot.value] as TensorType,
          role,
          initializer,
          span: span as Span,
        });
      }
    };
    for (let i = from.nodes; i < to.nodes; i++) {
      const { op, attributes, inputs, outputs, span } = nodes[i] as Node;
      addSlotsBefore(outputs[0] as ValueId);
      const results = outputs.map((value) => types[value] as TensorType);
      const scope = at(network.#nodePaths[i] as PathScope);
      this.node(op, attributes, inputs.map(numberOf), results, scope, span as Span);
    }
    addSlotsBefore(to.values);
    for (const block of network.#blocks.slice(from.blocks, to.blocks)) {
      const { name, values } = block;
      const [scope, first, end] = [at(block.scope), block.from + shift, block.to + shift];
      this.#blocks.push({ name, scope, from: first, to: end, values });
    }
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
        const former = scope.formerPath;
        const formerName = former === undefined ? undefined : joined(former, name);
        return { ...slot, name: joined(scope.path, name), ...(formerName === undefined ? {} : { formerName }) };
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
  if (types.length === graph.types.length && kept.length === graph.nodes.length) return graph;
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

/** How many nodes, slots and values a network has. */
export interface NetworkSize {
  readonly nodes: number;
  readonly slots: number;
  readonly values: number;
  readonly blocks: number;
}

/** Which nodes an application of a block has made. */
interface AppliedBlock {
  readonly name: string;
  readonly scope: PathScope;
  readonly from: number;
  readonly to: number;
  readonly values: ReadonlyMap<string, Value>;
}

/** An application of a block in a finished network. */
export interface BlockUse {
  /** The block's name in the source. */
  readonly name: string;
  /** Its scope, in which other layers of the same binding may be too. */
  readonly path: string;
  /** The values of its parameters. */
  readonly values: ReadonlyMap<string, Value>;
  /** The paths of the nodes that it made; some may not be in the graph, where no output needs them. */
  readonly nodes: readonly string[];
}

/** What was added to a network between two sizes. */
export interface NetworkPart {
  readonly network: Network;
  readonly from: NetworkSize;
  readonly to: NetworkSize;
}

export interface WeightRequest {
  readonly scope: PathScope;
  /** `weight`, `running_mean`; empty if the scope itself has the weight's name. */
  readonly name: string;
  readonly type: TensorType;
  readonly role: SlotRole;
  readonly initializer: Initializer;
  readonly span: Span;
}
