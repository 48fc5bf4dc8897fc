/**
 * The tensors of a graph whose channels are laid out anew. The strands that a node makes are written as *pieces*: strands that all
 * the same nodes read, and in results that are read alike, are in one. So a value is never cut: a convolution writes its pieces as
 * smaller convolutions, and whoever reads several joins them.
 */
import type { Node, ValueId } from "../../ir/graph.js";
import type { Each } from "./roles.js";
import type { Flow, Strand, StrandTable } from "./strands.js";

export interface Piece {
  /** Strands of the node's results, in the order in which the tensor has them. */
  readonly strands: readonly number[];
}

export interface NodePieces {
  readonly pieces: readonly Piece[];
  /** By strand: its piece, or -1 if nothing reads it, and its place there. */
  readonly pieceOf: Int32Array;
  readonly placeOf: Int32Array;
}

/** Who reads a strand. */
interface Readers {
  readonly keys: Set<string>;
  /** The place in the piece of the first reader that goes channel by channel. */
  place: number | undefined;
  /** Whether all readers are sums over channels, which can read others beside it with weights 0. */
  isSummed: boolean;
}

/** By index of the node; none for nodes whose results are not free. */
export type PiecePlan = ReadonlyMap<number, NodePieces>;

/** A strand of a node that goes channel by channel, in its result, and where it comes from in an operand. */
export const operandPlace = ({ fan }: Each, { positions }: Strand): number =>
  Math.floor((positions[0] as number) / fan);

export function planPieces(flow: Flow, makerNode: ReadonlyMap<ValueId, number>, block: number): PiecePlan {
  const { graph, roles, parts } = flow;
  const plan = new Map<number, NodePieces>();
  const ranks = rankStrands(flow, makerNode);
  /** By node and strand: who reads it, and its place there. */
  const readers = new Map<number, Readers[]>();
  const told: Told = (strand, key, { place, isSummed }) => {
    const at = makerNode.get(strand.maker) as number;
    const list = readers.get(at) ?? [];
    readers.set(at, list);
    const mine = list[strand.strandOfMaker] ?? { keys: new Set<string>(), place: undefined, isSummed: true };
    mine.keys.add(key);
    if (place !== undefined) mine.place = place;
    if (!isSummed) mine.isSummed = false;
    list[strand.strandOfMaker] = mine;
  };
  const demand = (value: ValueId, key: string, isSummed: boolean): void => {
    if (!parts.isFree(value)) return;
    for (const strand of flow.tableOf(value).strands) told(strand, `${key}:${value}`, { isSummed });
  };
  for (const { value } of graph.outputs) demand(value, "out", false);
  for (let at = graph.nodes.length - 1; at >= 0; at--) {
    const node = graph.nodes[at] as Node;
    const role = roles[at];
    if (role === undefined || role.kind === "taken") continue;
    const [result] = node.outputs;
    const isOwn = role.kind !== "natural" && result !== undefined && parts.isFree(result);
    if (isOwn) plan.set(at, piecesOf(flow, at, { readers: readers.get(at) ?? [], ranks: ranks[at] ?? [], block }));
    if (role.kind === "each" && isOwn) tellOperands(flow, at, role, plan.get(at) as NodePieces, told);
    const kept = role.kind === "each" && isOwn ? role.carried : [];
    const others = node.inputs.filter((_, input) => !kept.includes(input));
    for (const value of new Set(others)) demand(value, `${at}`, role.kind === "sums");
  }
  return plan;
}

type Told = (strand: Strand, key: string, how: { readonly place?: number; readonly isSummed: boolean }) => void;

function tellOperands(
  { graph, tableOf }: Flow,
  at: number,
  role: Each,
  { pieceOf, placeOf }: NodePieces,
  told: Told,
): void {
  const node = graph.nodes[at] as Node;
  const own = tableOf(node.outputs[0] as ValueId);
  for (const input of role.carried) {
    const operand = tableOf(node.inputs[input] as ValueId);
    for (const [i, strand] of own.strands.entries()) {
      const piece = pieceOf[i] as number;
      const from = operand.strands[operand.strandAt[operandPlace(role, strand)] as number] as Strand;
      if (piece >= 0)
        told(from, `${at}.${input}.${piece}`, {
          place: piece * own.strands.length + (placeOf[i] as number),
          isSummed: false,
        });
    }
  }
}

function piecesOf(
  flow: Flow,
  at: number,
  { readers, ranks, block }: { readers: readonly (Readers | undefined)[]; ranks: readonly Rank[]; block: number },
): NodePieces {
  const node = flow.graph.nodes[at] as Node;
  const own = flow.tableOf(node.outputs[0] as ValueId);
  const groups = new Map<string, number[]>();
  for (const i of own.strands.keys()) {
    const keys = readers[i]?.keys;
    if (keys === undefined) continue;
    const key = [...keys].sort().join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  const placeWanted = (strand: number): number => readers[strand]?.place ?? -1;
  const sizeOf = (strands: readonly number[]): number =>
    strands.reduce((sum, i) => sum + (flow.bundleSizes[own.strands[i]?.bundle ?? 0] ?? 0), 0);
  const isSummed = (strands: readonly number[]): boolean => strands.every((i) => readers[i]?.isSummed === true);
  const pieces = fillBlocks([...groups.values()], { sizeOf, isSummed }, block).map((strands) => ({
    strands: strands.toSorted((a, b) => placeWanted(a) - placeWanted(b) || compare(ranks[a] as Rank, ranks[b] as Rank)),
  }));
  const pieceOf = new Int32Array(own.strands.length).fill(-1);
  const placeOf = new Int32Array(own.strands.length);
  for (const [piece, { strands }] of pieces.entries()) {
    for (const [place, strand] of strands.entries()) {
      pieceOf[strand] = piece;
      placeOf[strand] = place;
    }
  }
  return { pieces, pieceOf, placeOf };
}

/** Small groups of strands that only sums read, put together to blocks: a padded block costs as much as a full one. */
function fillBlocks(
  groups: readonly (readonly number[])[],
  {
    sizeOf,
    isSummed,
  }: { sizeOf: (group: readonly number[]) => number; isSummed: (group: readonly number[]) => boolean },
  block: number,
): readonly (readonly number[])[] {
  const filled: number[][] = [];
  let open: number[] | undefined;
  for (const group of groups) {
    const size = sizeOf(group);
    const isSmall = size < block && isSummed(group);
    if (isSmall && open !== undefined && sizeOf(open) + size <= block) open.push(...group);
    else {
      const added = [...group];
      filled.push(added);
      if (isSmall) open = added;
    }
  }
  return filled;
}

type Rank = readonly number[];

function compare(a: Rank, b: Rank): number {
  for (const [i, number] of a.entries()) if (number !== b[i]) return number - (b[i] ?? 0);
  return 0;
}

/**
 * The order of strands that no reader asks for, as a key for each: together if they come from one maker, so that a join does not cut
 * its pieces, and makers in the order of their first strands; after a chain of layers still.
 */
function rankStrands(
  { graph, roles, parts, tableOf }: Flow,
  makerNode: ReadonlyMap<ValueId, number>,
): readonly (readonly Rank[])[] {
  const ranks: (readonly Rank[])[] = [];
  for (const [at, node] of graph.nodes.entries()) {
    const role = roles[at];
    const [result] = node.outputs as readonly [ValueId];
    ranks[at] = [];
    if (role === undefined || role.kind === "taken" || role.kind === "natural" || !parts.isFree(result)) continue;
    const plain = ({ ordinal, bundle }: Strand): Rank => [ordinal, bundle];
    const { strands } = tableOf(result);
    if (role.kind === "sums") {
      ranks[at] = strands.map(plain);
      continue;
    }
    const makers = (table: StrandTable): number => new Set(table.strands.map(({ maker }) => maker)).size;
    const operands = role.carried.map((input) => tableOf(node.inputs[input] as ValueId));
    const most = operands.reduce((best, table) => (makers(table) > makers(best) ? table : best));
    const isChain = makers(most) === 1 && role.fan === 1;
    const fromOf = (strand: Strand): Strand =>
      most.strands[most.strandAt[operandPlace(role, strand)] as number] as Strand;
    const firsts = new Map<ValueId, Rank>();
    for (const strand of strands) {
      const { maker } = fromOf(strand);
      const known = firsts.get(maker);
      if (known === undefined || compare(plain(strand), known) < 0) firsts.set(maker, plain(strand));
    }
    ranks[at] = strands.map((strand) => {
      const from = fromOf(strand);
      const before = ranks[makerNode.get(from.maker) as number]?.[from.strandOfMaker];
      return isChain && before !== undefined
        ? before
        : [...(firsts.get(from.maker) ?? []), from.maker, ...plain(strand)];
    });
  }
  return ranks;
}
