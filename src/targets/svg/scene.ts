/** The contents of a diagram after folding: items and links, level by level, without positions. */
import type { ValueId } from "../../ir/graph.js";
import type { Atom, Cost } from "./atoms.js";

/** An item to draw: a stack of layers, a folded block, an open block, or an input or output of the network. */
export interface Item {
  readonly kind: "layers" | "block" | "group" | "input" | "weight" | "output";
  /** Its name within the level. */
  readonly name: string;
  /** The path of the part, or of the first layer. */
  readonly path: string;
  /** All atoms that it represents, including repeats. */
  readonly atoms: readonly Atom[];
  /** Number of equal or similar consecutive units that it represents; usually 1. */
  readonly count: number;
  readonly cost: Cost;
  /** Values of others that it reads, in order. */
  readonly reads: readonly ValueId[];
  /** Values that others read, in order. */
  readonly makes: readonly ValueId[];
  /** The contents of an open block; for a repeated one, of its first unit. */
  readonly inside: Level | undefined;
  /** The first unit's value for each of `makes`: inside, a repeated unit has its own. */
  readonly makesInside: readonly ValueId[];
}

/** A value's link within a level: from an item, or the level's input, to an item, or the level's output. */
export interface Link {
  readonly value: ValueId;
  readonly from: Item | "outside";
  readonly to: Item | "outside";
}

/** Items in topological order, and the links between them: each value once per target. */
export interface Level {
  readonly items: readonly Item[];
  readonly links: readonly Link[];
}

/** Number of boxes of a level, including those in open blocks. */
export function boxCount(level: Level): number {
  return level.items.reduce((sum, { inside }) => sum + 1 + (inside === undefined ? 0 : boxCount(inside)), 0);
}

/** Whether something in it is still folded. */
export function isFolded(level: Level): boolean {
  return level.items.some(({ kind, inside }) => kind === "block" || (inside !== undefined && isFolded(inside)));
}
