/** What a picture shows once blocks are folded: items and links, level by level. Nothing here has a place yet. */
import type { ValueId } from "../../ir/graph.js";
import type { Atom, Cost } from "./atoms.js";

/** One thing to draw: a stack of layers, a folded block, an open block, or an end of the network. */
export interface Item {
  readonly kind: "layers" | "block" | "group" | "input" | "weight" | "output";
  /** As its place within the level is called. */
  readonly name: string;
  /** The path of the part, or of the first layer. */
  readonly path: string;
  /** All that it stands for, repeats included. */
  readonly atoms: readonly Atom[];
  /** How many equal or alike units in a row it stands for; 1 for most. */
  readonly count: number;
  readonly cost: Cost;
  /** Values that others read, in order. */
  readonly makes: readonly ValueId[];
  /** What an open block holds: of the first unit, where it is repeated. */
  readonly inside: Level | undefined;
  /** The first unit's value for each of `makes`: inside, a repeated unit makes its own. */
  readonly makesInside: readonly ValueId[];
}

/** A value's way within a level: from an item, or from where the level is entered, to an item or out of it. */
export interface Link {
  readonly value: ValueId;
  readonly from: Item | "outside";
  readonly to: Item | "outside";
}

/** Items in topological order, and the links among them, each value once for each target. */
export interface Level {
  readonly items: readonly Item[];
  readonly links: readonly Link[];
}

/** How many boxes a level comes to, those of open blocks inside included. */
export function boxCount(level: Level): number {
  return level.items.reduce((sum, { inside }) => sum + 1 + (inside === undefined ? 0 : boxCount(inside)), 0);
}

/** Whether something in it is still folded. */
export function isFolded(level: Level): boolean {
  return level.items.some(({ kind, inside }) => kind === "block" || (inside !== undefined && isFolded(inside)));
}
