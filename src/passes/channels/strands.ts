/**
 * Channels followed through a graph. A value that is computed has channels of its own; a value that is split off, joined or shuffled
 * only lists channels of others. Channels that an op ties together because it goes channel by channel (operands and results of an
 * addition, input and output of a depthwise convolution) are in one *lane*: they have the same place in every tensor. Lanes that are
 * made and read together everywhere form a *bundle*, and the channels of one bundle in one value a *strand*: nothing needs to cut
 * through it, so its order is free, and the same in every tensor.
 */
import type { Graph, ValueId } from "../../ir/graph.js";
import { indexGraph } from "../../ir/graph-index.js";
import { type ChannelLists, findParts, listChannels, type Parts } from "./channel-lists.js";
import { DisjointSets } from "./disjoint-sets.js";
import { type Role, roleOf } from "./roles.js";

export interface Strand {
  readonly bundle: number;
  /** How many strands of this bundle are before it in the value. */
  readonly ordinal: number;
  /** The places of its channels in the value as written. */
  readonly positions: Int32Array;
  /** The computed value that the channels belong to, and which of its strands they are. */
  readonly maker: ValueId;
  readonly strandOfMaker: number;
}

/** The channels of a value. */
export interface StrandTable {
  readonly strands: readonly Strand[];
  /** The strand of the channel at each place. */
  readonly strandAt: Int32Array;
}

export interface Flow {
  readonly graph: Graph;
  /** By node. */
  readonly roles: readonly Role[];
  readonly parts: Parts;
  /** The strands of a free value. */
  tableOf(value: ValueId): StrandTable;
  /** The number of lanes of each bundle. */
  readonly bundleSizes: readonly number[];
}

export function followChannels(graph: Graph): Flow {
  const index = indexGraph(graph);
  const roles = graph.nodes.map((node) => roleOf(graph, node, index));
  const channels = listChannels(graph, roles);
  const parts = findParts(graph, roles, channels);
  const lanes = tieLanes(graph, roles, channels, parts);
  const { bundleOf, placeOf, sizes } = bundleLanes(graph, roles, channels, parts, lanes);
  const tables = new Map<ValueId, StrandTable>();
  const tableOf = (value: ValueId): StrandTable => {
    const known = tables.get(value);
    if (known !== undefined) return known;
    const made = makeTable(value);
    tables.set(value, made);
    return made;
  };
  const makeTable = (value: ValueId): StrandTable => {
    const list = channels.lists[value] as Int32Array;
    const ordinals = ordinalsIn(list, lanes);
    const strands: { bundle: number; ordinal: number; positions: Int32Array; maker: ValueId; strandOfMaker: number }[] =
      [];
    const found = new Map<string, number>();
    const strandAt = list.map((channel, position) => {
      const lane = lanes.find(channel);
      const [bundle, ordinal] = [bundleOf.get(lane) as number, ordinals[position] as number];
      const key = `${bundle}:${ordinal}`;
      const at = found.get(key) ?? strands.length;
      if (at === strands.length) {
        found.set(key, at);
        const maker = channels.makers[channel] as ValueId;
        const first = (channels.lists[maker] as Int32Array)[0] as number;
        const strandOfMaker = maker === value ? at : (tableOf(maker).strandAt[channel - first] as number);
        const positions = new Int32Array(sizes[bundle] as number).fill(-1);
        strands.push({ bundle, ordinal, positions, maker, strandOfMaker });
      }
      (strands[at] as { positions: Int32Array }).positions[placeOf.get(lane) as number] = position;
      return at;
    });
    return { strands, strandAt };
  };
  return { graph, roles, parts, tableOf, bundleSizes: sizes };
}

/** Channels that have the same place in every tensor, known by the first. */
function tieLanes(graph: Graph, roles: readonly Role[], { lists, makers }: ChannelLists, parts: Parts): DisjointSets {
  const lanes = new DisjointSets(makers.length);
  for (const [i, node] of graph.nodes.entries()) {
    const role = roles[i] as Role;
    if (role.kind !== "each" || !parts.isFree(node.outputs[0] as ValueId)) continue;
    for (const result of node.outputs) {
      for (const input of role.carried) {
        const from = lists[node.inputs[input] as ValueId] as Int32Array;
        (lists[result] as Int32Array).forEach((channel, place) => {
          lanes.union(channel, from[Math.floor(place / role.fan)] as number);
        });
      }
    }
  }
  return lanes;
}

/** For each channel of a list, how many of its lane are before it. */
function ordinalsIn(list: Int32Array, lanes: DisjointSets): Int32Array {
  const seen = new Map<number, number>();
  return list.map((channel) => {
    const lane = lanes.find(channel);
    const ordinal = seen.get(lane) ?? 0;
    seen.set(lane, ordinal + 1);
    return ordinal;
  });
}

interface Bundles {
  /** By lane. */
  readonly bundleOf: ReadonlyMap<number, number>;
  /** By lane: its place in its bundle. */
  readonly placeOf: ReadonlyMap<number, number>;
  /** By bundle. */
  readonly sizes: readonly number[];
}

/** Starts with all lanes together, and separates those that some value has and others do not, or has from other makers. */
function bundleLanes(
  graph: Graph,
  roles: readonly Role[],
  { lists, makers }: ChannelLists,
  parts: Parts,
  lanes: DisjointSets,
): Bundles {
  const classOf = new Map<number, number>();
  let classes = 1;
  const ordinals = new Int32Array(makers.length);
  const separate = (list: Int32Array): void => {
    const keys = new Map<number, string>();
    for (const channel of list) {
      const lane = lanes.find(channel);
      keys.set(lane, `${keys.get(lane) ?? ""}/${makers[channel]}.${ordinals[channel]}`);
    }
    const next = new Map<string, number>();
    for (const [lane, key] of keys) {
      const whole = `${classOf.get(lane) ?? 0}${key}`;
      const known = next.get(whole) ?? classes++;
      next.set(whole, known);
      classOf.set(lane, known);
    }
  };
  const made = [...graph.nodes.entries()].flatMap(([i, node]) => (roles[i]?.kind === "taken" ? [] : node.outputs));
  for (const value of made) {
    const list = lists[value];
    if (list === undefined || !parts.isFree(value)) continue;
    const own = ordinalsIn(list, lanes);
    for (const [place, channel] of list.entries()) ordinals[channel] = own[place] as number;
    separate(list);
  }
  for (const value of valuesRead(graph, roles)) {
    const list = lists[value];
    if (list !== undefined && parts.isFree(value)) separate(list);
  }
  const bundles = new Map<number, number>();
  const [bundleOf, placeOf, sizes] = [new Map<number, number>(), new Map<number, number>(), [] as number[]];
  for (const lane of [...classOf.keys()].sort((a, b) => a - b)) {
    const found = classOf.get(lane) as number;
    const bundle = bundles.get(found) ?? bundles.size;
    bundles.set(found, bundle);
    bundleOf.set(lane, bundle);
    placeOf.set(lane, sizes[bundle] ?? 0);
    sizes[bundle] = (sizes[bundle] ?? 0) + 1;
  }
  return { bundleOf, placeOf, sizes };
}

/** Values that some node computes with, or that are outputs: not those that are only cut and joined. */
function valuesRead(graph: Graph, roles: readonly Role[]): ReadonlySet<ValueId> {
  const read = new Set(graph.outputs.map(({ value }) => value));
  for (const [i, node] of graph.nodes.entries()) {
    if (roles[i]?.kind !== "taken") for (const value of node.inputs) read.add(value);
  }
  return read;
}
