/** Which applications of blocks become modules of their own, and what is in them. */
import type { Graph, Node, ValueId } from "../../ir/graph.js";
import { isWithin } from "../../ir/paths.js";
import { findOp } from "../../ops/registry.js";
import { layerOf } from "./lowered.js";

/** An application of a block, with its parameters' values as Python writes them. */
export interface Block {
  readonly name: string;
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Paths of its nodes. */
  readonly nodes: readonly string[];
}

/** The network, or an application of a block that is a module. */
export interface Part {
  readonly name: string;
  /** Empty for the network. */
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Its nodes in the graph: from the `from`-th to before the `to`-th. */
  readonly from: number;
  readonly to: number;
  /** What comes from outside, and what is used there. */
  readonly inputs: readonly ValueId[];
  readonly results: readonly ValueId[];
  /** The first application of the same shared layer, if this is another one that does the same. */
  readonly again?: Part;
}

const isLayer = (node: Node): boolean => layerOf(node) !== undefined;

/** The inputs that an expression needs: a layer has its weights itself. */
export function tensorsOf(node: Node): readonly ValueId[] {
  const inputs = findOp(node.op)?.inputs;
  if (inputs === undefined || inputs === "many" || !isLayer(node)) return node.inputs;
  return node.inputs.filter((_, i) => inputs[i]?.role === "tensor");
}

/** What finds slots and nodes by value. */
export class Places {
  readonly graph: Graph;
  readonly #slots: ReadonlyMap<ValueId, string>;
  readonly #makers: ReadonlyMap<ValueId, number>;
  readonly #readers = new Map<ValueId, number>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.#slots = new Map(graph.slots.map(({ value, name }) => [value, name]));
    this.#makers = new Map(graph.nodes.flatMap(({ outputs }, i) => outputs.map((value) => [value, i] as const)));
    for (const [i, node] of graph.nodes.entries()) for (const value of node.inputs) this.#readers.set(value, i);
    for (const { value } of graph.outputs) this.#readers.set(value, graph.nodes.length);
  }

  /** The name of the slot with this value. */
  slot(value: ValueId): string | undefined {
    return this.#slots.get(value);
  }

  /** The index of the node that makes the value; undefined for inputs and slots. */
  maker(value: ValueId): number | undefined {
    return this.#makers.get(value);
  }

  /** The last node that reads it; the number of nodes if it is an output. */
  lastReader(value: ValueId): number {
    return this.#readers.get(value) ?? -1;
  }

  /** The path of a layer's module: its first weight's name without the last word. */
  layerPath(node: Node): string {
    const name = node.inputs.map((value) => this.slot(value)).find((found) => found !== undefined) ?? "";
    return name.slice(0, Math.max(0, name.lastIndexOf(".")));
  }
}

/** Fixed numbers of the graph: whoever needs them has them. */
export const isFixed = ({ inputs }: Node): boolean => inputs.length === 0;

function partOf(places: Places, block: Block, indices: ReadonlyMap<string, number>): Part | undefined {
  const { graph } = places;
  const found = block.nodes.flatMap((path) => indices.get(path) ?? []);
  const [from, to] = [Math.min(...found), Math.max(...found) + 1];
  // Nodes of others in between: a layer that was given to the block as an argument.
  if (found.length === 0 || to - from !== found.length) return undefined;
  const nodes = graph.nodes.slice(from, to);
  const layers = nodes.filter(isLayer).map((node) => places.layerPath(node));
  const home = block.path.replaceAll(/@\d+/g, "");
  if (block.path === "" || !layers.every((path) => isWithin(path, home) && path !== home)) return undefined;
  const isOwn = (value: ValueId): boolean => {
    const slot = places.slot(value);
    return slot !== undefined && isWithin(slot, home);
  };
  if (layers.length === 0 && !nodes.some((node) => node.inputs.some(isOwn))) return undefined;
  const inputs = new Set<ValueId>();
  for (const node of nodes) {
    for (const value of tensorsOf(node)) {
      const maker = places.maker(value);
      const isInside = maker !== undefined && (maker >= from || isFixed(graph.nodes[maker] as Node));
      if (!isInside && !isOwn(value)) inputs.add(value);
    }
  }
  const results = nodes.flatMap(({ outputs }) => outputs.filter((value) => places.lastReader(value) >= to));
  if (inputs.size === 0 || results.length === 0) return undefined;
  const { name, path, parameters } = block;
  return { name, path, parameters, from, to, inputs: [...inputs], results };
}

/** Whether two parts of a graph do the same with the same weights. */
function doesTheSame({ graph }: Places, one: Part, other: Part): boolean {
  const same = new Map<ValueId, ValueId>();
  if (one.to - one.from !== other.to - other.from || one.inputs.length !== other.inputs.length) return false;
  one.inputs.forEach((value, i) => {
    same.set(value, other.inputs[i] as ValueId);
  });
  for (let i = one.from; i < one.to; i++) {
    const [a, b] = [graph.nodes[i] as Node, graph.nodes[other.from + i - one.from] as Node];
    if (a.op !== b.op || JSON.stringify(a.attributes) !== JSON.stringify(b.attributes)) return false;
    if (a.inputs.length !== b.inputs.length || a.outputs.length !== b.outputs.length) return false;
    if (!a.inputs.every((value, at) => (same.get(value) ?? value) === b.inputs[at])) return false;
    a.outputs.forEach((value, at) => {
      same.set(value, b.outputs[at] as ValueId);
    });
  }
  return one.results.length === other.results.length && one.results.every((v, i) => same.get(v) === other.results[i]);
}

/** The network and its modules, outer ones before inner ones. */
export function partsOf(places: Places, blocks: readonly Block[]): readonly Part[] {
  const { graph } = places;
  const indices = new Map(graph.nodes.map(({ path }, i) => [path, i]));
  const byPath = new Map<string, Part>();
  // Of two blocks in the same scope, the inner one, which comes first, has the name.
  for (const block of blocks) {
    if (byPath.has(block.path)) continue;
    const part = partOf(places, block, indices);
    if (part !== undefined) byPath.set(block.path, part);
  }
  const parts = [...byPath.values()].flatMap((part): Part[] => {
    const home = part.path.replaceAll(/@\d+/g, "");
    if (home === part.path) return [part];
    const again = byPath.get(home);
    return again !== undefined && doesTheSame(places, again, part) ? [{ ...part, again }] : [];
  });
  const root: Part = {
    name: graph.name,
    path: "",
    parameters: new Map(),
    from: 0,
    to: graph.nodes.length,
    inputs: graph.inputs.map(({ value }) => value),
    results: graph.outputs.map(({ value }) => value),
  };
  return [root, ...parts.toSorted((a, b) => a.from - b.from || b.to - a.to)];
}
