/**
 * Networks are mostly series of elements, some of them parallel; a general layered layout has no main line and no skip
 * connections past it. So a level is divided at boxes through which all its links pass (waists); the part between two waists is
 * divided into branches, which are divided in turn. Parts that cannot be divided (tangles) use a layered layout.
 */

import type { Item, Link } from "../scene.js";
import { columnsOf } from "./columns.js";
import { type Box, boxFragment, type Fragment, shifted } from "./fragment.js";
import { besides } from "./parallel.js";
import type { Tangles } from "./tangle.js";

/** Space between a stem and the next box for straight lines, and for bending ones. */
const straightGap = 11;
const bendGap = 32;
/** For wide bends, which would be too flat otherwise. */
const wideBendGap = 42;
const wideBend = 260;

interface SeriesOptions {
  /** Desired maximum height of a column. */
  readonly tallest: number;
  readonly tangles: Tangles;
}

/** Lays out boxes in topological order with the links that touch them. */
export function layOutSeries(
  boxes: readonly Box[],
  links: readonly Link[],
  { tallest, tangles }: SeriesOptions,
): Fragment {
  const elements = elementsOf(boxes, links, tangles);
  const breaks = elements.map((element, i) => {
    const next = elements[i + 1];
    return next === undefined ? undefined : bridge(element, next);
  });
  return columnsOf(elements, breaks, tallest, stack);
}

/** The only link from one element to the next, if both are single boxes and no other link passes. */
function bridge(above: Fragment, below: Fragment): Link | undefined {
  const [link, ...more] = above.exits.keys();
  if (link === undefined || more.length > 0 || above.boxes.length !== 1 || below.boxes.length !== 1) return undefined;
  return below.entries.has(link) ? link : undefined;
}

function elementsOf(boxes: readonly Box[], links: readonly Link[], tangles: Tangles): readonly Fragment[] {
  const n = boxes.length;
  const [only] = boxes;
  if (n === 1 && only !== undefined) return [boxFragment(only, links)];
  const at = new Map<Item | "outside", number>(boxes.map(({ item }, i) => [item, i] as const));
  const from = (link: Link): number => at.get(link.from) ?? -1;
  const to = (link: Link): number => at.get(link.to) ?? n;
  /** Number of links that pass each box. */
  const passing = new Int32Array(n + 1);
  for (const link of links) {
    const [first, behind] = [from(link) + 1, to(link)];
    if (first >= behind) continue;
    passing[first] = (passing[first] ?? 0) + 1;
    passing[behind] = (passing[behind] ?? 0) - 1;
  }
  // A box without outgoing links: its output counts as passing all later boxes.
  const leading = new Set(links.map((link) => link.from));
  boxes.forEach(({ item }, i) => {
    if (leading.has(item) || i + 1 === n) return;
    passing[i + 1] = (passing[i + 1] ?? 0) + 1;
  });
  const waists: number[] = [];
  let open = 0;
  for (let i = 0; i < n; i++) {
    open += passing[i] ?? 0;
    if (open === 0) waists.push(i);
  }
  // Between two waists, before the first and after the last one, elements are parallel.
  const elements: Fragment[] = [];
  const linksBetween = sortLinks(links, waists, from, to);
  let begin = 0;
  [...waists, n].forEach((end, k) => {
    const between = boxes.slice(begin, end);
    if (between.length > 0)
      elements.push(layOutBetween(between, linksBetween[k] ?? [], { isWhole: waists.length === 0, tangles }));
    const waist = boxes[end];
    if (waist !== undefined) {
      const touching = [...(linksBetween[k] ?? []), ...(linksBetween[k + 1] ?? [])];
      elements.push(boxFragment(waist, touching));
    }
    begin = end + 1;
  });
  return elements;
}

/** For each part between waists, the links that begin, end or pass in it: no link passes a waist. */
function sortLinks(
  links: readonly Link[],
  waists: readonly number[],
  from: (link: Link) => number,
  to: (link: Link) => number,
): readonly (readonly Link[])[] {
  const sorted: Link[][] = Array.from({ length: waists.length + 1 }, () => []);
  // Number of waists at or before each position.
  const count = (place: number): number => {
    let [low, high] = [0, waists.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((waists[middle] as number) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  for (const link of links) sorted[from(link) === -1 ? count(to(link) - 1) : count(from(link))]?.push(link);
  return sorted;
}

/** The part between two waists: its branches side by side, and a lane for each link that passes them all. */
function layOutBetween(
  boxes: readonly Box[],
  links: readonly Link[],
  { isWhole, tangles }: { readonly isWhole: boolean; readonly tangles: Tangles },
): Fragment {
  const group = new Map<Item | "outside", number>(boxes.map(({ item }, i) => [item, i] as const));
  const parent = boxes.map((_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root] as number;
    for (let k = i; k !== root; ) {
      const next = parent[k] as number;
      parent[k] = root;
      k = next;
    }
    return root;
  };
  const lanes: Link[] = [];
  for (const link of links) {
    const [a, b] = [group.get(link.from), group.get(link.to)];
    if (a === undefined && b === undefined) lanes.push(link);
    else if (a !== undefined && b !== undefined) {
      // The earlier one is the root, so that branches keep the order of their first boxes.
      const [first, second] = [find(a), find(b)].toSorted((x, y) => x - y) as [number, number];
      parent[second] = first;
    }
  }
  const branches = new Map<number, { boxes: Box[]; links: Link[] }>();
  boxes.forEach((box, i) => {
    const branch = branches.get(find(i));
    if (branch === undefined) branches.set(find(i), { boxes: [box], links: [] });
    else branch.boxes.push(box);
  });
  for (const link of links) {
    const touched = group.get(link.from) ?? group.get(link.to);
    if (touched !== undefined) branches.get(find(touched))?.links.push(link);
  }
  // Nothing was divided: one branch, nothing parallel, and no waist.
  if (branches.size === 1 && lanes.length === 0 && isWhole && boxes.length > 1) return tangles.layOut(boxes, links);
  const order = new Map(links.map((link, i) => [link, i] as const));
  return besides(
    [...branches.values()].map((branch) => stack(elementsOf(branch.boxes, branch.links, tangles))),
    lanes,
    order,
  );
}

/** Fragments (at least one) below each other, along one line. */
export function stack(fragments: readonly Fragment[]): Fragment {
  const [first] = fragments as readonly [Fragment, ...Fragment[]];
  if (fragments.length === 1) return first;
  const axis = Math.max(...fragments.map(axisOf));
  const width = axis + Math.max(...fragments.map((fragment) => fragment.width - axisOf(fragment)));
  let y = 0;
  const parts = fragments.map((fragment, i) => {
    const x = axis - axisOf(fragment);
    const above = fragments[i - 1];
    if (above !== undefined) y += gapBetween(above, axis - axisOf(above), fragment, x);
    const part = { fragment, x, y };
    y += fragment.height;
    return part;
  });
  const last = parts.at(-1) as (typeof parts)[number];
  return {
    width,
    height: y,
    entry: (parts[0] as (typeof parts)[number]).x + first.entry,
    exit: last.x + last.fragment.exit,
    boxes: [],
    runs: [],
    detours: [],
    parts,
    entries: shifted(first.entries, (parts[0] as (typeof parts)[number]).x),
    exits: shifted(last.fragment.exits, last.x),
  };
}

/** The axis for alignment: the main line if it runs straight through, else the middle. */
const axisOf = ({ width, entry, exit }: Fragment): number => (Math.abs(entry - exit) < 1 ? entry : width / 2);

function gapBetween(above: Fragment, aboveX: number, below: Fragment, belowX: number): number {
  let widest = 0;
  for (const [link, x] of above.exits) {
    const target = below.entries.get(link);
    if (target !== undefined) widest = Math.max(widest, Math.abs(x + aboveX - target - belowX));
  }
  if (widest < 1) return straightGap;
  return widest < wideBend ? bendGap : wideBendGap;
}
