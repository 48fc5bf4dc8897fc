/** A laid-out piece of a level: boxes and the straight runs of links past them, in pixels from its own left and top. */
import type { ValueId } from "../../../ir/graph.js";
import type { Exit, LeafSize } from "../measure.js";
import type { Item, Link } from "../scene.js";

/** An item with its size; for an open block, with what is in it. */
export interface Box {
  readonly item: Item;
  readonly width: number;
  /** Of the box itself, without the stems under it. */
  readonly height: number;
  /** Room under it for stems and labels. */
  readonly foot: number;
  /** Where a single line comes in at its top. */
  readonly entry: number;
  /** Where values come in at fixed places: the ports of an open block. */
  readonly ports: ReadonlyMap<ValueId, number> | undefined;
  readonly exits: readonly Exit[];
  readonly leaf: LeafSize | undefined;
  readonly inner: { readonly fragment: Fragment; readonly x: number; readonly y: number } | undefined;
}

/** A stretch straight down that a link takes beside boxes. */
export interface Run {
  readonly link: Link;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

/** A link's whole way from the foot of one column to the head of the next, corner by corner. */
export interface Detour {
  readonly link: Link;
  readonly corners: readonly (readonly [number, number])[];
}

export interface Fragment {
  readonly width: number;
  readonly height: number;
  /** Where the main line comes in at the top, and where it goes out. */
  readonly entry: number;
  readonly exit: number;
  readonly boxes: readonly { readonly box: Box; readonly x: number; readonly y: number }[];
  readonly runs: readonly Run[];
  readonly detours: readonly Detour[];
  readonly parts: readonly { readonly fragment: Fragment; readonly x: number; readonly y: number }[];
  /** Where each link that comes from above crosses the top, and each that goes on below crosses the bottom. */
  readonly entries: ReadonlyMap<Link, number>;
  readonly exits: ReadonlyMap<Link, number>;
}

/** The fragment that is one box. */
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

/** Places of links moved to the right. */
export function shifted(places: ReadonlyMap<Link, number>, x: number): ReadonlyMap<Link, number> {
  return new Map([...places].map(([link, at]) => [link, at + x] as const));
}

export function exitOf(box: Box, value: ValueId): number {
  return box.exits.find((exit) => exit.value === value)?.x ?? box.width / 2;
}
