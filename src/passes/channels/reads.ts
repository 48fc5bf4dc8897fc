/** Which pieces a node reads, and in which order. */
import type { Node, ValueId } from "../../ir/graph.js";
import { operandPlace, type Piece, type PiecePlan } from "./pieces.js";
import type { Each } from "./roles.js";
import type { Flow, Strand, StrandTable } from "./strands.js";

/** Neighbouring strands of a piece: all of it, or a run. */
export interface Part {
  readonly maker: ValueId;
  readonly piece: number;
  readonly place: number;
  readonly strands: readonly Strand[];
  readonly isWhole: boolean;
}

export interface Reading {
  readonly flow: Flow;
  readonly plan: PiecePlan;
  /** The node that makes a value. */
  readonly nodeOf: ReadonlyMap<ValueId, number>;
}

/** Strands as parts of pieces, in this order. */
export function partsOf({ plan, nodeOf }: Reading, strands: readonly Strand[]): readonly Part[] {
  const parts: { maker: ValueId; piece: number; place: number; strands: Strand[]; length: number }[] = [];
  for (const strand of strands) {
    const { pieces, pieceOf, placeOf } = plan.get(nodeOf.get(strand.maker) as number) ?? {
      pieces: [],
      pieceOf: [],
      placeOf: [],
    };
    const [piece, place] = [pieceOf[strand.strandOfMaker] as number, placeOf[strand.strandOfMaker] as number];
    const last = parts.at(-1);
    if (last?.maker === strand.maker && last.piece === piece && last.place + last.strands.length === place) {
      last.strands.push(strand);
    } else {
      parts.push({ maker: strand.maker, piece, place, strands: [strand], length: pieces[piece]?.strands.length ?? 0 });
    }
  }
  return parts.map(({ length, ...part }) => ({ ...part, isWhole: part.strands.length === length }));
}

/**
 * What a sum over a value's channels reads: its strands in an order in which no piece is cut, and with them strands of other values
 * that are in the same pieces. Those have no positions here: their weights are 0.
 */
export function summedStrands(reading: Reading, table: StrandTable): readonly Strand[] {
  const { flow, plan, nodeOf } = reading;
  const wanted = new Map<string, Strand[]>();
  const pieces = new Map<string, { maker: ValueId; piece: number }>();
  for (const strand of table.strands) {
    const { maker, strandOfMaker } = strand;
    const piece = plan.get(nodeOf.get(maker) as number)?.pieceOf[strandOfMaker] as number;
    pieces.set(`${maker}:${piece}`, { maker, piece });
    const key = `${maker}.${strandOfMaker}`;
    wanted.set(key, [...(wanted.get(key) ?? []), strand]);
  }
  const rounds = Math.max(...[...wanted.values()].map(({ length }) => length));
  const inOrder = [...pieces.values()].sort((a, b) => a.maker - b.maker || a.piece - b.piece);
  // A strand that is read twice, as two inputs of a concatenation, is in the second round of pieces too.
  return Array.from({ length: rounds }, (_, round) =>
    inOrder.flatMap(({ maker, piece }) => {
      const own = flow.tableOf(maker).strands;
      const strands = plan.get(nodeOf.get(maker) as number)?.pieces[piece]?.strands ?? [];
      const read = strands.map((i) => wanted.get(`${maker}.${i}`)?.[round] ?? unread(own[i] as Strand));
      return read.every(({ positions }) => positions[0] === -1) ? [] : read;
    }),
  ).flat();
}

const unread = (strand: Strand): Strand => ({ ...strand, positions: strand.positions.map(() => -1) });

/** A stretch of a piece that one application of the node computes, with what it reads of each operand. */
export interface Stretch {
  readonly results: readonly Strand[];
  /** In the order of the role's `carried`. */
  readonly operands: readonly (readonly Strand[])[];
}

/**
 * A node that goes channel by channel computes a piece at once; a depthwise convolution with a multiplier, as plain ones side by side,
 * of which each reads a channel once: that is what runtimes have fast kernels for.
 */
export function stretchesOf(flow: Flow, node: Node, role: Each, piece: Piece): readonly Stretch[] {
  const own = flow.tableOf(node.outputs[0] as ValueId);
  const tables = role.carried.map((input) => flow.tableOf(node.inputs[input] as ValueId));
  const stretches: { results: Strand[]; operands: Strand[][]; seen: Set<number> }[] = [];
  for (const i of piece.strands) {
    const result = own.strands[i] as Strand;
    const place = operandPlace(role, result);
    const from = tables.map((table) => table.strandAt[place] as number);
    const key = from[0] as number;
    let current = stretches.at(-1);
    if (current === undefined || (role.fan > 1 && current.seen.has(key))) {
      current = { results: [], operands: tables.map(() => []), seen: new Set() };
      stretches.push(current);
    }
    current.seen.add(key);
    current.results.push(result);
    for (const [k, table] of tables.entries()) current.operands[k]?.push(table.strands[from[k] as number] as Strand);
  }
  return stretches;
}
