/** The blocks of a network: by the scopes of the file, and by what repeats. */
import type { Graph, Node } from "../ir/graph.js";
import { BlockFinder, type Place } from "./block-finder.js";
import { chainOf } from "./chains.js";
import { mineChain } from "./mine-chain.js";
import { partsByHeight, partTree, passageOf, usersOf } from "./part-tree.js";
import { type Block, isPart, type Part, type Passage, type Vertex } from "./parts.js";
import { present } from "./render-layers.js";

export interface FoundBlocks {
  /** The layers of the network, with blocks for what they stand for. */
  readonly vertices: readonly Vertex[];
  /** In the order of their declarations. */
  readonly blocks: readonly Block[];
}

/** Where blocks are looked for. */
export interface BlockSearch {
  readonly byScopes: boolean;
  readonly byRepetition: boolean;
}

/** Parts of at most this many layers are looked at together, wherever they are. */
const smallPart = 3;
const mostParts = 2000;

/** A part that one tensor enters and one leaves, and the scopes around it with the same layers. */
interface Candidate {
  /** From outside. */
  readonly shells: readonly Part[];
  readonly passage: Passage;
  readonly size: number;
}

function candidatesOf(graph: Graph, root: Part, vertices: ReadonlyMap<Node, Vertex>): readonly Candidate[] {
  const users = usersOf(graph);
  const fixed = graph.nodes.filter((node) => !vertices.has(node)).flatMap(({ outputs }) => outputs);
  const outside = new Set([...graph.slots.map(({ value }) => value), ...fixed]);
  const parts = partsByHeight(root);
  const inner = new Set(parts.flatMap(({ children }) => (children.length === 1 ? children.filter(isPart) : [])));
  return parts.flatMap((part): readonly Candidate[] => {
    const nodes = part.nodes.filter((node) => vertices.has(node));
    if (inner.has(part) || part === root || nodes.length < smallPart) return [];
    const passage = passageOf(graph, nodes, users, outside);
    if (passage === undefined) return [];
    const shells = [part];
    for (
      let [only, second] = part.children;
      only && second === undefined && isPart(only);
      [only, second] = only.children
    )
      shells.push(only);
    return [{ shells, passage, size: nodes.length }];
  });
}

/** Finds the blocks of a network. `taken`: names that they may not have. */
export function findBlocks(
  graph: Graph,
  vertices: ReadonlyMap<Node, Vertex>,
  taken: Set<string>,
  { byScopes, byRepetition }: BlockSearch,
): FoundBlocks {
  const made = new Map<Part, Vertex>();
  const finder = new BlockFinder(taken);
  const root = partTree(graph);
  const layersOf = (part: Part): readonly Vertex[] =>
    part.children.flatMap((child): readonly Vertex[] => {
      if (!isPart(child)) return present([vertices.get(child)]);
      const known = made.get(child);
      return known === undefined ? layersOf(child) : [known];
    });
  const placeAt = ({ shells, passage }: Candidate, depth: number): readonly Place[] => {
    const [outer] = shells as [Part];
    const part = shells.find(({ scopes }) => scopes.length === depth) ?? outer;
    const chain = made.has(outer) ? undefined : chainOf(layersOf(outer), passage.input, passage.output);
    if (chain === undefined) return [];
    const put = (vertex: Vertex): void => void made.set(outer, vertex);
    return [{ chain, passage, scopes: part.scopes, mayWait: part !== outer, put }];
  };
  const candidates = byScopes ? candidatesOf(graph, root, vertices) : [];
  if (candidates.length <= mostParts) {
    const small = candidates.filter(({ size }) => size <= smallPart);
    finder.group(small.flatMap((each) => placeAt(each, each.shells[0]?.scopes.length ?? 0)));
    const rest = candidates.filter(({ size }) => size > smallPart);
    const spans = rest.map(({ shells }) => [shells[0], shells.at(-1)].map((part) => part?.scopes.length ?? 0));
    const deepest = Math.max(0, ...spans.flat());
    for (let depth = deepest; depth > 0; depth--) {
      const here = rest.filter((_, i) => (spans[i]?.[0] ?? 0) <= depth && depth <= (spans[i]?.[1] ?? 0));
      finder.group(here.flatMap((each) => placeAt(each, depth)));
    }
  }
  const all = layersOf(root);
  return { vertices: byRepetition ? mineChain(graph, all, finder) : all, blocks: finder.blocks };
}
