import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, typesOf, type ValueId } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import { findOp } from "../ops/registry.js";
import { type AxisMove, gone } from "../ops/spatial.js";
import {
  type Factor,
  hasSides,
  isMap,
  liesIn,
  type Places,
  plain,
  regrouped,
  rowsOrColumns,
  type Side,
  sameFactors,
  sideOf,
  sizeOf,
  somehow,
} from "./places.js";
import { type Extent, enlarged, joined, onePixel, seenBy, through } from "./seen-extent.js";

/** The region of the picture that one cell of a map depends on, in pixels, [height, width]. */
export interface ReceptiveField {
  /** Side lengths of the region; each side along the path on which it is largest. */
  readonly size: readonly [number, number];
  /** Distance in pixels between two neighbouring cells of the map. */
  readonly jump: readonly [number, number];
  /** Path of the first node with this receptive field; undefined if there are no windows. */
  readonly at: string | undefined;
  /** Path of the first node whose cells depend on all rows (columns) of the picture, because an op mixes them; else undefined. */
  readonly whole: readonly [string | undefined, string | undefined];
}

/** What the elements of a value depend on, and the positions of the picture's rows and columns in it. */
interface Sight {
  readonly extents: readonly [Extent, Extent];
  readonly places: Places;
  /** The picture's height and width. */
  readonly picture: readonly [number, number];
}

const sides = [0, 1] as const;

const withExtent = ({ extents, places, picture }: Sight, side: Side, extent: Extent): Sight => ({
  extents: side === 0 ? [extent, extents[1]] : [extents[0], extent],
  places,
  picture,
});

const seeingAll = (sight: Sight, side: Side): Sight =>
  withExtent(sight, side, { ...sight.extents[side], whole: sight.picture[side] });

/** Every element depends on all places of a factor: on the whole picture, or on the block, if they are rows within blocks. */
function mixing(sight: Sight, factor: Factor): Sight {
  const { size, step } = factor;
  if (size === 1) return sight;
  const side = sideOf(factor);
  if (side === undefined) return factor.sides.reduce(seeingAll, sight);
  const isBlock = step === 1 && sight.places.flat().some((other) => sideOf(other) === side && other.step > 1);
  if (!isBlock) return seeingAll(sight, side);
  const extent = sight.extents[side];
  return withExtent(sight, side, { ...enlarged(through(extent, size, size), 1, 1), jump: extent.jump });
}

const mixingAll = (sight: Sight, factors: readonly Factor[]): Sight => factors.reduce(mixing, sight);

/**
 * A value that depends on one row, without a position itself, is used at any position: its cells see more than a region around
 * them.
 */
const withoutPlace = (sight: Sight, factors: readonly Factor[]): Sight =>
  factors
    .filter(({ size }) => size === 1)
    .flatMap((factor) => factor.sides)
    .reduce(seeingAll, sight);

/** Applies an op to one axis of the value: what its elements depend on then, and the factors of the result's axis. */
function moved(sight: Sight, factors: readonly Factor[], move: AxisMove, size: number): [Sight, readonly Factor[]] {
  const { seen, step, to } = move;
  if (!factors.some(hasSides)) return [sight, plain(size)];
  const same = sizeOf(factors) === size;
  if (seen === "all") {
    const after = mixingAll(sight, factors);
    if (to === undefined) return [withoutPlace(after, factors), plain(size)];
    return [after, same ? factors : somehow(size, factors)];
  }
  const staysPut = seen === 1 && step === 1;
  if (staysPut && same) return [sight, factors];
  const [factor] = factors as readonly [Factor];
  const side = sideOf(factor);
  // The order of places of several factors, and fractions of blocks, are not followed.
  if (factors.length > 1 || side === undefined || (factor.step > 1 && !Number.isInteger(step))) {
    return [staysPut ? sight : mixingAll(sight, factors), somehow(size, factors)];
  }
  const extent = sight.extents[side];
  const span = (seen - 1) * factor.step + 1;
  if (!Number.isInteger(step)) {
    return [withExtent(sight, side, enlarged(extent, span, step)), [rowsOrColumns(side, size)]];
  }
  const [jumps, steps] = factor.step === 1 ? [step, 1] : [1, step];
  return [withExtent(sight, side, through(extent, span, jumps)), [{ ...factor, size, step: factor.step * steps }]];
}

/** Whether an op keeps every place where it is, on axes of one factor each: most ops do. */
const changesNothing = ({ places }: Sight, moves: readonly AxisMove[], shape: readonly number[]): boolean =>
  places.length === shape.length &&
  places.every((factors, axis) => {
    const factor = factors[0];
    if (factor === undefined || factors.length > 1 || factor.size !== shape[axis]) return false;
    const move = moves[axis];
    return move?.to === axis && move.seen === 1 && move.step === 1 && (hasSides(factor) || factor.step === 1);
  });

/**
 * The dependence of an op's result on one of its inputs; on axes that the op does not describe, each element depends on
 * everything.
 */
function throughMoves(sight: Sight, moves: readonly AxisMove[], shape: readonly number[]): Sight {
  if (changesNothing(sight, moves, shape)) return sight;
  const places: (readonly Factor[] | undefined)[] = shape.map(() => undefined);
  let after = sight;
  sight.places.forEach((factors, axis) => {
    const move = moves[axis] ?? gone;
    const [next, left] = moved(after, factors, move, move.to === undefined ? 1 : (shape[move.to] ?? 1));
    after = next;
    if (move.to !== undefined) places[move.to] = left;
  });
  const { extents, picture } = after;
  return { extents, places: places.map((factors, axis) => factors ?? plain(shape[axis] ?? 1)), picture };
}

/** The same elements in the same order under other sizes. */
function throughOrder(sight: Sight, shape: readonly number[]): Sight {
  const sizes = sight.places.map(sizeOf);
  if (sizes.length === shape.length && sizes.every((size, axis) => size === shape[axis])) return sight;
  const places = regrouped(sight.places, shape);
  const factors = sight.places.flat();
  if (places !== undefined) return withoutPlace({ ...sight, places }, factors);
  return { ...mixingAll(sight, factors), places: shape.map((size) => somehow(size, factors)) };
}

/** Whether no rows are in blocks or interleaved with channels: each axis is rows, columns or neither, the usual case. */
const isSettled = ({ places }: Sight): boolean =>
  places.every((factors) => factors.length === 1 && !((factors[0]?.step ?? 1) > 1));

/**
 * Rows in blocks whose places are mixed become rows of a smaller map; rows interleaved with channels (a pixel shuffle) become
 * rows of a larger one.
 */
function settled(sight: Sight): Sight {
  if (isSettled(sight)) return sight;
  let after = sight;
  for (const side of sides) {
    const factors = after.places.flat().filter((factor) => sideOf(factor) === side);
    const [only] = factors;
    if (only === undefined) continue;
    const least = Math.min(...factors.map(({ step }) => step));
    const extent = after.extents[side];
    if (least > 1) {
      const scaled = (factor: Factor): Factor =>
        sideOf(factor) === side ? { ...factor, step: factor.step / least } : factor;
      const smaller = withExtent(after, side, { ...extent, jump: extent.jump * least });
      after = { ...smaller, places: after.places.map((axis) => axis.map(scaled)) };
    } else if (factors.length === 1) {
      const spread = after.places.findIndex((axis) => axis.length === 2 && axis[0] === only);
      const between = after.places[spread]?.[1];
      if (between === undefined || hasSides(between)) continue;
      const larger = withExtent(after, side, enlarged(extent, 1, 1 / between.size));
      after = { ...larger, places: after.places.with(spread, [rowsOrColumns(side, only.size * between.size)]) };
    }
  }
  return after;
}

/** Merges two dependences of one result. Rows that are on different axes in the two count as seen from everywhere. */
function join(a: Sight, b: Sight): Sight {
  let [one, other] = [a, b];
  const places = a.places.map((mine, axis) => {
    const theirs = b.places[axis] ?? [];
    if (sameFactors(mine, theirs)) return mine;
    const lost = theirs.filter(hasSides);
    if (!mine.some(hasSides) && !lost.some((factor) => liesIn(a.places, factor))) return theirs;
    one = mixingAll(
      one,
      mine.filter((factor) => liesIn(b.places, factor)),
    );
    other = mixingAll(other, lost);
    return mine;
  });
  const extents = [joined(one.extents[0], other.extents[0]), joined(one.extents[1], other.extents[1])] as const;
  const picture = [Math.max(a.picture[0], b.picture[0]), Math.max(a.picture[1], b.picture[1])] as const;
  return { extents, places, picture };
}

type Field = Pick<ReceptiveField, "size" | "jump" | "at">;

const fieldOf = ({ extents: [rows, columns] }: Sight, at: string): Field => ({
  size: [seenBy(rows), seenBy(columns)],
  jump: [rows.jump, columns.jump],
  at,
});

/** Whether it is larger in one direction and not smaller in the other, or has the larger side. */
function covers({ size: [height, width] }: Field, { size: [otherHeight, otherWidth] }: Field): boolean {
  const [longer, other] = [Math.max(height, width), Math.max(otherHeight, otherWidth)];
  return longer === other ? height * width > otherHeight * otherWidth : longer > other;
}

/** Pictures have rows and columns on their last two axes; other inputs (vectors) have none. */
function sightOfInput(shape: readonly number[]): Sight | undefined {
  if (shape.length < 4) return undefined;
  const places = shape.map((size, axis): readonly Factor[] => {
    const fromEnd = shape.length - axis;
    return fromEnd > 2 ? plain(size) : [rowsOrColumns(fromEnd === 2 ? 0 : 1, size)];
  });
  const picture = [shape.at(-2) ?? 1, shape.at(-1) ?? 1] as const;
  return { extents: [onePixel, onePixel], places, picture };
}

/** The dependences of a node's results. */
function sightsOfResults(graph: Graph, node: Node, sights: readonly (Sight | undefined)[]): (Sight | undefined)[] {
  const op = findOp(node.op);
  invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
  const [inputs, outputs] = [typesOf(graph, node.inputs), typesOf(graph, node.outputs)];
  const spatial = op.spatial(inputs, outputs, node.attributes);
  return outputs.map((type) => {
    const shape = bindShape(type.shape, 1);
    let found: Sight | undefined;
    node.inputs.forEach((value, i) => {
      const sight = sights[value];
      if (sight === undefined) return;
      const after =
        spatial === "same order" ? throughOrder(sight, shape) : throughMoves(sight, spatial[i] ?? [], shape);
      found = found === undefined ? after : join(found, after);
    });
    return found === undefined ? undefined : settled(found);
  });
}

/**
 * The largest receptive field of any map in the network (or of those made by the nodes `among`): of all values with rows or
 * columns. Windows may reach beyond the picture's edge; if an op mixes whole rows or columns, a cell depends on the whole
 * picture along that side. Values without rows and columns (after a global pool, or `flatten` and `linear`) are not maps and do
 * not count. After upsampling, it is the field of the cells that see most; after several upsamplings it may be one cell of the
 * smaller map too large.
 */
export function receptiveField(graph: Graph, among?: (node: Node) => boolean): ReceptiveField {
  const sights: (Sight | undefined)[] = new Array(graph.types.length);
  for (const { value } of graph.inputs) sights[value] = sightOfInput(bindShape(typeOf(graph, value).shape, 1));
  let largest: Field = { size: [1, 1], jump: [1, 1], at: undefined };
  let whole: ReceptiveField["whole"] = [undefined, undefined];
  for (const node of graph.nodes) {
    let result = 0;
    for (const sight of sightsOfResults(graph, node, sights)) {
      sights[node.outputs[result++] as ValueId] = sight;
      if (sight === undefined || !isMap(sight.places)) continue;
      if (among !== undefined && !among(node)) continue;
      const field = fieldOf(sight, node.path);
      if (covers(field, largest)) largest = field;
      const [rows, columns] = sight.extents;
      whole = [
        whole[0] ?? (rows.whole > 0 ? node.path : undefined),
        whole[1] ?? (columns.whole > 0 ? node.path : undefined),
      ];
    }
  }
  return { ...largest, whole };
}

/** Those of `asked` whose first input has the columns of a map, or what a pool left of them, on its last axis. */
export function onColumns(graph: Graph, asked: ReadonlySet<Node>): readonly Node[] {
  const sights: (Sight | undefined)[] = new Array(graph.types.length);
  for (const { value } of graph.inputs) sights[value] = sightOfInput(bindShape(typeOf(graph, value).shape, 1));
  return graph.nodes.filter((node) => {
    for (const [i, sight] of sightsOfResults(graph, node, sights).entries()) sights[node.outputs[i] as ValueId] = sight;
    const [input] = node.inputs;
    if (!asked.has(node) || input === undefined) return false;
    const isAtom = typeOf(graph, input).shape.at(-1) === 1;
    return isAtom || sights[input]?.places.at(-1)?.some(hasSides) === true;
  });
}
