import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from "@dagrejs/dagre";
import { invariant } from "../../../diagnostics/invariant.js";
import type { Item, Link } from "../scene.js";
import { type Box, boxFragment, type Fragment, type Run, shifted } from "./fragment.js";

/**
 * Limit for dagre: the number of boxes, plus ranks that links pass. Its time grows faster than linearly; at this limit it takes
 * seconds.
 */
export const mostTangled = 3000;

const sideGap = 20;
const lineGap = 12;
const rankGap = 40;

type LaidOut = Graph<GraphLabel, NodeLabel, EdgeLabel>;
type Names = ReadonlyMap<Item | "outside", string>;

/** The work for dagre: boxes, plus ranks that links pass if each box is as early as possible. */
function workOf(boxes: readonly Box[], links: readonly Link[]): number {
  const ranks = new Map<Item | "outside", number>();
  const incoming = new Map<Item | "outside", Link[]>();
  for (const link of links) {
    const known = incoming.get(link.to);
    if (known === undefined) incoming.set(link.to, [link]);
    else known.push(link);
  }
  const above = (link: Link): number => ranks.get(link.from) ?? -1;
  let work = boxes.length;
  for (const { item } of boxes) {
    const own = incoming.get(item) ?? [];
    const rank = own.reduce((most, link) => Math.max(most, above(link) + 1), 0);
    ranks.set(item, rank);
    for (const link of own) work += rank - above(link);
  }
  return work;
}

/** Lays out tangles: boxes whose links form neither series nor parallel branches. Results are cached by boxes. */
export class Tangles {
  readonly #known = new Map<Box, { readonly boxes: readonly Box[]; readonly fragment: Fragment }>();
  #worst = 0;

  /** The work of the worst tangle so far; above {@link mostTangled} it was not laid out. */
  get worst(): number {
    return this.#worst;
  }

  layOut(boxes: readonly Box[], links: readonly Link[]): Fragment {
    const [first] = boxes as readonly [Box, ...Box[]];
    const known = this.#known.get(first);
    const isSame = known?.boxes.length === boxes.length && known.boxes.every((box, i) => box === boxes[i]);
    if (known !== undefined && isSame) return known.fragment;
    const work = workOf(boxes, links);
    this.#worst = Math.max(this.#worst, work);
    const fragment = work > mostTangled ? boxFragment(first, []) : layOutTangle(boxes, links);
    this.#known.set(first, { boxes, fragment });
    return fragment;
  }
}

/** By ranks: dagre computes ranks, an order with few crossings and the horizontal positions. Lines bend only between ranks. */
function layOutTangle(boxes: readonly Box[], links: readonly Link[]): Fragment {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({ nodesep: sideGap, edgesep: lineGap, ranksep: rankGap });
  const names = new Map<Item | "outside", string>(boxes.map(({ item }, i) => [item, `box ${i}`] as const));
  boxes.forEach((box, i) => {
    graph.setNode(`box ${i}`, { width: box.width, height: box.height + box.foot });
  });
  links.forEach((link, i) => {
    graph.setEdge(names.get(link.from) ?? "above", names.get(link.to) ?? "below", {}, String(i));
  });
  // External links enter above all boxes and leave below them.
  for (const { item } of boxes) {
    const name = names.get(item) as string;
    if (!links.some(({ to }) => to === item)) graph.setEdge("above", name, { weight: 0 }, "first");
    if (!links.some(({ from }) => from === item)) graph.setEdge(name, "below", { weight: 0 }, "last");
  }
  for (const end of ["above", "below"]) if (graph.hasNode(end)) graph.setNode(end, { width: 1, height: 1 });
  layout(graph);
  return fromRanks(graph, boxes, links, names);
}

/** One rank of boxes: dagre's vertical centre, and the height of its highest box. */
interface Rank {
  readonly middle: number;
  readonly height: number;
}

function placeOf(graph: LaidOut, name: string): { readonly x: number; readonly y: number } {
  const { x, y } = graph.node(name);
  invariant(x !== undefined && y !== undefined, "dagre places every box");
  return { x, y };
}

/** Ranks from the top, without those that contain only the ends of external links. */
function ranksOf(graph: LaidOut, boxes: readonly Box[]): readonly Rank[] {
  const heights = new Map<number, number>();
  boxes.forEach((box, i) => {
    const { y } = placeOf(graph, `box ${i}`);
    heights.set(y, Math.max(heights.get(y) ?? 0, box.height + box.foot));
  });
  return [...heights].map(([middle, height]) => ({ middle, height })).toSorted((a, b) => a.middle - b.middle);
}

function fromRanks(graph: LaidOut, boxes: readonly Box[], links: readonly Link[], names: Names): Fragment {
  const ranks = ranksOf(graph, boxes);
  let y = 0;
  const tops = ranks.map(({ height }) => {
    const top = y;
    y += height + rankGap;
    return top;
  });
  const height = y - rankGap;
  const rankAt = (middle: number): number => ranks.findIndex((rank) => Math.abs(rank.middle - middle) < 0.5);
  const runs: Run[] = [];
  const entries = new Map<Link, number>();
  const exits = new Map<Link, number>();
  const parts = boxes.map((box, i) => {
    const { x, y: middle } = placeOf(graph, `box ${i}`);
    const own = links.filter((link) => link.from === box.item || link.to === box.item);
    return { fragment: boxFragment(box, own), x: x - box.width / 2, y: tops[rankAt(middle)] ?? 0 };
  });
  links.forEach((link, i) => {
    const [v, w] = [names.get(link.from) ?? "above", names.get(link.to) ?? "below"];
    const points = graph.edge(v, w, String(i)).points ?? [];
    const own: Run[] = [];
    for (const { x, y: middle } of points.slice(1, -1)) {
      const rank = rankAt(middle);
      const top = tops[rank];
      if (top !== undefined) own.push({ link, x, top, bottom: top + (ranks[rank]?.height ?? 0) });
    }
    runs.push(...own);
    const target = parts.find(({ fragment }) => fragment.entries.has(link));
    const source = parts.find(({ fragment }) => fragment.exits.has(link));
    if (v === "above") entries.set(link, own[0]?.x ?? (target?.x ?? 0) + (target?.fragment.entries.get(link) ?? 0));
    if (w === "below") exits.set(link, own.at(-1)?.x ?? (source?.x ?? 0) + (source?.fragment.exits.get(link) ?? 0));
  });
  const left = Math.min(...parts.map(({ x }) => x), ...runs.map(({ x }) => x - lineGap));
  const right = Math.max(...parts.map(({ x, fragment }) => x + fragment.width), ...runs.map(({ x }) => x + lineGap));
  const axis = (right - left) / 2;
  return {
    width: right - left,
    height,
    entry: axis,
    exit: axis,
    boxes: [],
    runs: runs.map((run) => ({ ...run, x: run.x - left })),
    detours: [],
    parts: parts.map((part) => ({ ...part, x: part.x - left })),
    entries: shifted(entries, -left),
    exits: shifted(exits, -left),
  };
}
