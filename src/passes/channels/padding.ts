/**
 * How many channels each bundle gets. Runtimes with blocked layouts store channels in blocks of 8 or 16, and leave that layout where
 * tensors are joined whose channels do not fill blocks, or one is read whose channels are no multiple of 4 (measured in ONNX Runtime
 * 1.32). Padding with zero weights keeps them in it, at the price of more products. A part of the graph is padded if that is cheaper:
 *
 *   cost = products of its layers + cellCost * cells of tensors that leave the layout + nodeCost * nodes that move them
 *
 * A padded channel may have any finite value, as every sum over channels multiplies it by 0. Where it might become infinite (0 / 0),
 * nothing is padded.
 */
import { type Graph, type Node, typeOf, typesOf, type ValueId } from "../../ir/graph.js";
import { bindShape, elementCount } from "../../ir/shape.js";
import { findOp } from "../../ops/registry.js";
import { findUnsafeParts } from "./pad-values.js";
import { partsOf, type Reading, stretchesOf, summedStrands } from "./reads.js";
import { channelsOf, type Role } from "./roles.js";
import type { Strand } from "./strands.js";

/**
 * What moving a cell from one layout to another and back costs, in multiplications. This and `nodeCost` are guesses that favour whole
 * padding; they were set by times of LFER-LDL alone (docs/architecture-passes.md).
 */
const cellCost = 24;

/** What a node that only moves cells costs besides, in multiplications. */
const nodeCost = 100_000;

/** A tensor that is not joined with others may leave its last block partly empty. */
const alone = 4;

/** The sizes of bundles, by number. */
export type BundleSizes = readonly number[];

const roundUp = (size: number, block: number): number => Math.ceil(size / block) * block;

export function choosePadding(reading: Reading, block: number): BundleSizes {
  const { flow } = reading;
  const sizes = [...flow.bundleSizes];
  const bundlesOf = bundlesByPart(reading);
  const unsafe = findUnsafeParts(flow);
  const costs = nodesByPart(reading);
  const joined = joinedPieces(reading);
  for (const [part, bundles] of bundlesOf) {
    if (unsafe.has(part)) continue;
    const nodes = costs.get(part) ?? [];
    const costOf = (): number => nodes.reduce((sum, node) => sum + costOfNode(reading, node, sizes, block), 0);
    const setAll = (of: BundleSizes): void => {
      for (const bundle of bundles) sizes[bundle] = of[bundle] as number;
    };
    let [best, least] = [[...sizes], costOf()];
    for (const smallest of [1, block / 4, block / 2, block]) {
      setAll(flow.bundleSizes);
      fillPieces(reading, { part, sizes, block, smallest, joined });
      const cost = costOf();
      if (cost < least) [best, least] = [[...sizes], cost];
    }
    setAll(best);
  }
  return sizes;
}

interface Filling {
  readonly part: number;
  readonly sizes: number[];
  readonly block: number;
  readonly joined: ReadonlySet<string>;
  /** Pieces with fewer channels are not padded. */
  readonly smallest: number;
}

/**
 * Pads the pieces of a part to whole blocks. A bundle has one size in all tensors, so the padding of a piece goes to one of its bundles
 * that has none yet; if there is none, the piece stays uneven.
 */
function fillPieces({ flow, plan }: Reading, { part, sizes, block, smallest, joined }: Filling): void {
  const pieces = [...plan].flatMap(([at, { pieces: own }]) => {
    const value = flow.graph.nodes[at]?.outputs[0] as ValueId;
    if (flow.parts.partOf(value) !== part) return [];
    const { strands } = flow.tableOf(value);
    return own.map((piece, i) => ({
      bundles: piece.strands.map((strand) => (strands[strand] as Strand).bundle),
      unit: joined.has(`${value}:${i}`) ? block : alone,
    }));
  });
  for (const { bundles, unit } of pieces.toSorted((a, b) => b.unit - a.unit || a.bundles.length - b.bundles.length)) {
    const size = bundles.reduce((sum, bundle) => sum + (sizes[bundle] as number), 0);
    if (size < smallest) continue;
    const isOnce = (bundle: number): boolean => bundles.indexOf(bundle) === bundles.lastIndexOf(bundle);
    const free = bundles.findLast((bundle) => sizes[bundle] === flow.bundleSizes[bundle] && isOnce(bundle));
    if (free !== undefined) sizes[free] = (sizes[free] as number) + roundUp(size, unit) - size;
  }
}

/** The pieces that some node reads joined with others. */
function joinedPieces(reading: Reading): ReadonlySet<string> {
  const { flow } = reading;
  const joined = new Set<string>();
  const note = (strands: readonly Strand[]): void => {
    const parts = partsOf(reading, strands);
    if (parts.length > 1) for (const { maker, piece } of parts) joined.add(`${maker}:${piece}`);
  };
  for (const [at, node] of flow.graph.nodes.entries()) {
    const role = flow.roles[at];
    const [input] = node.inputs as readonly [ValueId];
    if (role?.kind === "sums" && flow.parts.isFree(input)) note(summedStrands(reading, flow.tableOf(input)));
    if (role?.kind !== "each") continue;
    for (const piece of reading.plan.get(at)?.pieces ?? []) {
      for (const { operands } of stretchesOf(flow, node, role, piece)) operands.forEach(note);
    }
  }
  return joined;
}

/** The bundles of each part, in the order of the nodes. */
function bundlesByPart({ flow, plan }: Reading): ReadonlyMap<number, ReadonlySet<number>> {
  const found = new Map<number, Set<number>>();
  for (const at of [...plan.keys()].sort((a, b) => a - b)) {
    const value = flow.graph.nodes[at]?.outputs[0] as ValueId;
    const part = flow.parts.partOf(value);
    const bundles = found.get(part) ?? new Set();
    found.set(part, bundles);
    for (const { bundle } of flow.tableOf(value).strands) bundles.add(bundle);
  }
  return found;
}

/** The nodes whose cost depends on a part: those that read or write it. */
function nodesByPart({ flow }: Reading): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (const [at, node] of flow.graph.nodes.entries()) {
    if (flow.roles[at]?.kind !== "sums" && flow.roles[at]?.kind !== "each") continue;
    const values = [...node.inputs, ...node.outputs].filter(flow.parts.isFree);
    for (const part of new Set(values.map(flow.parts.partOf))) {
      const nodes = found.get(part);
      if (nodes === undefined) found.set(part, [at]);
      else nodes.push(at);
    }
  }
  return found;
}

function costOfNode(reading: Reading, at: number, sizes: BundleSizes, block: number): number {
  const { flow, plan } = reading;
  const node = flow.graph.nodes[at] as Node;
  const role = flow.roles[at] as Role;
  const sizeOf = (strands: readonly Strand[]): number =>
    strands.reduce((sum, { bundle }) => sum + (sizes[bundle] as number), 0);
  const isFree = (value: ValueId): boolean => flow.parts.isFree(value);
  /** The cost of leaving the layout when these strands are joined and read. */
  const moved = (value: ValueId, strands: readonly Strand[], needsBlocks: boolean): number => {
    const parts = partsOf(reading, strands);
    const isCut = parts.some(({ isWhole }) => !isWhole);
    const isJoined = parts.length > 1 && parts.some((part) => sizeOf(part.strands) % block !== 0);
    const whole = sizeOf(strands);
    const isOdd = needsBlocks && whole >= block && whole % alone !== 0;
    if (!isCut && !isJoined && !isOdd) return 0;
    return cellCost * cellsOf(flow.graph, value) * whole + nodeCost * (parts.length + 1);
  };
  const [input, result] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
  const natural = (value: ValueId): number => channelsOf(typeOf(flow.graph, value)) ?? 0;
  const own = plan.get(at);
  const ownStrands = isFree(result) ? flow.tableOf(result).strands : [];
  const written = isFree(result)
    ? (own?.pieces ?? []).reduce(
        (sum, { strands }) => sum + roundUp(sizeOf(strands.map((i) => ownStrands[i] as Strand)), block),
        0,
      )
    : natural(result);
  const products = productsOf(flow.graph, node) * (written / natural(result));
  if (role.kind === "sums") {
    if (!isFree(input)) return products;
    const strands = summedStrands(reading, flow.tableOf(input));
    return products * (sizeOf(strands) / natural(input)) + moved(input, strands, true);
  }
  if (role.kind !== "each" || own === undefined) return products;
  let moves = 0;
  for (const piece of own.pieces) {
    for (const { operands } of stretchesOf(flow, node, role, piece)) {
      for (const [k, strands] of operands.entries()) {
        moves += moved(node.inputs[role.carried[k] as number] as ValueId, strands, role.use.kind === "own");
      }
    }
  }
  return products + moves;
}

/** Cells of one channel. */
const cellsOf = (graph: Graph, value: ValueId): number => {
  const { shape } = typeOf(graph, value);
  return elementCount(bindShape(shape, 1)) / (channelsOf({ dtype: "float32", shape }) ?? 1);
};

function productsOf(graph: Graph, node: Node): number {
  const outputs = typesOf(graph, node.outputs);
  return findOp(node.op)?.work(typesOf(graph, node.inputs), outputs, node.attributes).multiplies ?? 0;
}
