import { type Graph, type Node, typeOf, type ValueId } from "../../ir/graph.js";
import { DisjointSets } from "./disjoint-sets.js";
import { channelsOf, type Role } from "./roles.js";

/** Where the channels of each value come from. */
export interface ChannelLists {
  /** By value: its channels, by number. A computed value has new numbers, one after another; others list numbers of computed values. */
  readonly lists: readonly (Int32Array | undefined)[];
  /** By channel: the computed value that it belongs to. */
  readonly makers: readonly ValueId[];
}

export function listChannels(graph: Graph, roles: readonly Role[]): ChannelLists {
  const lists: (Int32Array | undefined)[] = new Array(graph.types.length).fill(undefined);
  const makers: ValueId[] = [];
  const make = (value: ValueId): void => {
    const count = channelsOf(typeOf(graph, value));
    if (count === undefined) return;
    const first = makers.length;
    lists[value] = Int32Array.from({ length: count }, (_, i) => first + i);
    for (let i = 0; i < count; i++) makers.push(value);
  };
  for (const { value } of graph.inputs) make(value);
  for (const [i, node] of graph.nodes.entries()) {
    const role = roles[i] as Role;
    if (role.kind !== "taken") node.outputs.forEach(make);
    else {
      for (const [r, runs] of role.results.entries()) {
        const taken = runs.flatMap(({ input, channels }) => {
          const list = lists[node.inputs[input] as ValueId] as Int32Array;
          return channels.map((channel) => list[channel] as number);
        });
        lists[node.outputs[r] as ValueId] = Int32Array.from(taken);
      }
    }
  }
  return { lists, makers };
}

/** The inputs whose channels a node keeps or moves. */
export const keptInputs = (node: Node, role: Role): readonly ValueId[] => {
  if (role.kind === "taken") return node.inputs;
  return role.kind === "each" ? role.carried.map((input) => node.inputs[input] as ValueId) : [];
};

/** A value whose channels must be in order is put together from at most so many runs; otherwise its part stays as it is. */
const mostRuns = 8;

function runsOf(list: Int32Array): number {
  let runs = 0;
  for (let i = 0; i < list.length; i++) if (i === 0 || list[i] !== (list[i - 1] as number) + 1) runs++;
  return runs;
}

/** Parts of a graph: values that are connected by nodes which keep or move channels. Some must stay as they are. */
export interface Parts {
  partOf(value: ValueId): number;
  isFree(value: ValueId): boolean;
}

export function findParts(graph: Graph, roles: readonly Role[], { lists }: ChannelLists): Parts {
  const sets = new DisjointSets(graph.types.length);
  const moving = new Set<ValueId>();
  for (const [i, node] of graph.nodes.entries()) {
    const role = roles[i] as Role;
    const kept = keptInputs(node, role);
    const [first] = kept;
    if (first === undefined) continue;
    for (const value of [...kept, ...node.outputs]) sets.union(first, value);
    if (role.kind === "taken") moving.add(first);
  }
  const fixed = new Set<number>();
  const fix = (value: ValueId): void => void fixed.add(sets.find(value));
  const demand = (value: ValueId): void => {
    const list = lists[value];
    if (list !== undefined && runsOf(list) > mostRuns) fix(value);
  };
  for (const { value } of graph.inputs) fix(value);
  for (const { value } of graph.outputs) demand(value);
  for (const [i, node] of graph.nodes.entries()) {
    if (roles[i]?.kind !== "natural") continue;
    node.outputs.forEach(fix);
    node.inputs.forEach(demand);
  }
  return {
    partOf: (value) => sets.find(value),
    isFree: (value) => lists[value] !== undefined && !fixed.has(sets.find(value)),
  };
}
