import type { Graph, ValueId } from "../../../ir/graph.js";
import { headerHeight, headerWidth, liftOf, measureLeaf, stemHeight } from "../measure.js";
import type { Item, Level } from "../scene.js";
import type { Box, Fragment } from "./fragment.js";
import { layOutSeries } from "./series.js";
import { Tangles } from "./tangle.js";

/** Space between an open block's frame and its contents. */
const framePadding = 14;
/** Space under the title of an open block and above its lower edge, for straight lines and for bending ones. */
const straightRoom = 12;
const bendRoom = 30;
/** Minimum distance of ports. */
const portGap = 24;

/** Lays out one network repeatedly, for columns of different heights; common results are cached. */
export interface LevelLayout {
  /** A level with all its open blocks, in columns no higher than `tallest` if possible. */
  layOut(level: Level, tallest: number): Fragment;
  /** The work of the worst tangle; above `mostTangled` it is not laid out, and its fragment is empty. */
  readonly tangled: () => number;
}

export function levelLayout(graph: Graph): LevelLayout {
  const tangles = new Tangles();
  /** Boxes laid out without columns inside. */
  const natural = new Map<Item, Box>();
  const boxOf = (item: Item, tallest: number): Box => {
    const known = natural.get(item);
    if (known !== undefined && known.height <= tallest) return known;
    const { inside } = item;
    const box = inside === undefined ? leafBox(graph, item) : groupBox(item, layOut(inside, tallest));
    if (known === undefined && tallest === Number.POSITIVE_INFINITY) natural.set(item, box);
    return box;
  };
  const layOut = (level: Level, tallest: number): Fragment =>
    layOutSeries(
      level.items.map((item) => boxOf(item, tallest)),
      level.links,
      { tallest, tangles },
    );
  return { layOut, tangled: () => tangles.worst };
}

function leafBox(graph: Graph, item: Item): Box {
  const leaf = measureLeaf(graph, item);
  const foot = item.makes.length === 0 ? 0 : stemHeight;
  const { width, height, axis, exits } = leaf;
  return { item, width, height, foot, entry: axis, ports: undefined, exits, leaf, inner: undefined };
}

/** Positions in order, each at least a gap from the previous one. */
function apart(places: readonly (readonly [ValueId, number])[]): readonly (readonly [ValueId, number])[] {
  let least = Number.NEGATIVE_INFINITY;
  return places
    .toSorted(([, a], [, b]) => a - b)
    .map(([value, x]) => {
      const placed = Math.max(x, least);
      least = placed + portGap;
      return [value, placed] as const;
    });
}

/** One position for each value that crosses an edge of a fragment: that of its only line, or the middle of several. */
function portsOf(places: ReadonlyMap<{ readonly value: ValueId }, number>): Map<ValueId, number> {
  const byValue = new Map<ValueId, number[]>();
  for (const [{ value }, x] of places) {
    const known = byValue.get(value);
    if (known === undefined) byValue.set(value, [x]);
    else known.push(x);
  }
  const middle = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
  return new Map(apart([...byValue].map(([value, xs]) => [value, middle(xs)] as const)));
}

function groupBox(item: Item, fragment: Fragment): Box {
  const entries = portsOf(fragment.entries);
  const [entering] = entries.keys();
  // A value that several lines carry enters where the main line does.
  if (entries.size === 1 && fragment.entries.size > 1) entries.set(entering as ValueId, fragment.entry);
  const leaving = portsOf(fragment.exits);
  // Many values of a narrow block need space for all of their ports.
  const farthest = [...entries.values(), ...leaving.values()].reduce((most, x) => Math.max(most, x), 0);
  const least = Math.max(fragment.width, 2 * farthest - fragment.width) + 2 * framePadding;
  const width = Math.max(least, headerWidth(item));
  const left = (width - fragment.width) / 2;
  const room = (ends: ReadonlyMap<{ readonly value: ValueId }, number>, ports: ReadonlyMap<ValueId, number>): number =>
    [...ends].some(([link, x]) => Math.abs(x - (ports.get(link.value) ?? x)) >= 1) ? bendRoom : straightRoom;
  const y = liftOf(item) + headerHeight + room(fragment.entries, entries);
  const height = y + fragment.height + room(fragment.exits, leaving);
  const shift = (x: number): number => x + left;
  const ports = new Map([...entries].map(([value, x]) => [value, shift(x)] as const));
  // A repeated block shows its first unit, whose values differ from the block's results.
  const exits = item.makes.map((value, i) => {
    const own = item.makesInside[i] ?? value;
    return { value, x: shift(leaving.get(own) ?? fragment.exit), label: undefined };
  });
  const [entry] = ports.values();
  return {
    item,
    width,
    height,
    foot: 4,
    entry: ports.size === 1 && entry !== undefined ? entry : width / 2,
    ports,
    exits,
    leaf: undefined,
    inner: { fragment, x: left, y },
  };
}
