/** A laid-out part of a level: boxes and the straight runs of links beside them, in pixels from its own left and top. */
import type { ValueId } from "../../../ir/graph.js";
import type { Exit, LeafSize } from "../measure.js";
import type { Item, Link } from "../scene.js";

/** An item with its size; for an open block, with its contents. */
export interface Box {
  readonly item: Item;
  readonly width: number;
  /** Of the box itself, without the stems under it. */
  readonly height: number;
  /** Space under it for stems and labels. */
  readonly foot: number;
  /** Position of a single line's entry at its top. */
  readonly entry: number;
  /** Fixed positions of entering values: the ports of an open block. */
  readonly ports: ReadonlyMap<ValueId, number> | undefined;
  readonly exits: readonly Exit[];
  readonly leaf: LeafSize | undefined;
  readonly inner: { readonly fragment: Fragment; readonly x: number; readonly y: number } | undefined;
}

/** A vertical run of a link beside boxes. */
export interface Run {
  readonly link: Link;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

/** A link's path from the bottom of one column to the top of the next, corner by corner. */
export interface Detour {
  readonly link: Link;
  readonly corners: readonly (readonly [number, number])[];
}

export interface Fragment {
  readonly width: number;
  readonly height: number;
  /** Positions of the main line's entry at the top and exit at the bottom. */
  readonly entry: number;
  readonly exit: number;
  readonly boxes: readonly { readonly box: Box; readonly x: number; readonly y: number }[];
  readonly runs: readonly Run[];
  readonly detours: readonly Detour[];
  readonly parts: readonly { readonly fragment: Fragment; readonly x: number; readonly y: number }[];
  /** Positions where links from above cross the top, and links that continue below cross the bottom. */
  readonly entries: ReadonlyMap<Link, number>;
  readonly exits: ReadonlyMap<Link, number>;
}

/** The fragment of a single box. */
export function boxFragment(box: Box, links: readonly Link[]): Fragment {
  const entries = new Map<Link, number>();
  const exits = new Map<Link, number>();
  for (const link of links) {
    if (link.to === box.item) entries.set(link, box.ports?.get(link.value) ?? box.entry);
    if (link.from === box.item) exits.set(link, exitOf(box, link.value));
  }
  return {
    width: box.width,
    height: box.height + box.foot,
    entry: box.entry,
    exit: box.exits.length === 1 ? (box.exits[0] as Exit).x : box.entry,
    boxes: [{ box, x: 0, y: 0 }],
    runs: [],
    detours: [],
    parts: [],
    entries,
    exits,
  };
}

/** Positions of links moved to the right. */
export function shifted(places: ReadonlyMap<Link, number>, x: number): ReadonlyMap<Link, number> {
  return new Map([...places].map(([link, at]) => [link, at + x] as const));
}

export function exitOf(box: Box, value: ValueId): number {
  return box.exits.find((exit) => exit.value === value)?.x ?? box.width / 2;
}
