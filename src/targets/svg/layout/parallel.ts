import type { Link } from "../scene.js";
import type { Fragment, Run } from "./fragment.js";

const branchGap = 20;
/** Half the width of a lane for a line beside boxes. */
const laneRoom = 9;

/** One of several parallel elements: a branch, or a link that passes them. */
interface Strand {
  readonly fragment: Fragment | undefined;
  readonly lane: Link | undefined;
  readonly rank: number;
}

/**
 * Branches and lanes side by side, in the order in which the next element reads them, so that lines do not cross. `order` is
 * that of the links.
 */
export function besides(
  branches: readonly Fragment[],
  lanes: readonly Link[],
  order: ReadonlyMap<Link, number>,
): Fragment {
  const rankOf = (links: Iterable<Link>): number => {
    let rank = Number.POSITIVE_INFINITY;
    for (const link of links) rank = Math.min(rank, order.get(link) ?? rank);
    return rank;
  };
  const strands: Strand[] = [
    ...branches.map((fragment) => ({ fragment, lane: undefined, rank: rankOf(fragment.exits.keys()) })),
    ...lanes.map((lane) => ({ fragment: undefined, lane, rank: rankOf([lane]) })),
  ].toSorted((a, b) => a.rank - b.rank);
  const height = Math.max(0, ...branches.map((branch) => branch.height));
  const entries = new Map<Link, number>();
  const exits = new Map<Link, number>();
  const runs: Run[] = [];
  const parts: { fragment: Fragment; x: number; y: number }[] = [];
  let x = 0;
  let wasBranch = false;
  for (const { fragment, lane } of strands) {
    if (lane !== undefined) {
      runs.push({ link: lane, x: x + laneRoom, top: 0, bottom: height });
      entries.set(lane, x + laneRoom);
      exits.set(lane, x + laneRoom);
      x += 2 * laneRoom;
      wasBranch = false;
    } else if (fragment !== undefined) {
      if (wasBranch) x += branchGap;
      parts.push({ fragment, x, y: 0 });
      for (const [link, at] of fragment.entries) entries.set(link, x + at);
      for (const [link, at] of fragment.exits) exits.set(link, x + at);
      x += fragment.width;
      wasBranch = true;
    }
  }
  const axis = axisOf(parts, x);
  return { width: x, height, entry: axis, exit: axis, boxes: [], runs, detours: [], parts, entries, exits };
}

/** A branch next to lanes keeps the main line; of several branches it is the middle, or a branch close to it. */
function axisOf(parts: readonly { readonly fragment: Fragment; readonly x: number }[], width: number): number {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return width / 2;
  const middle = (first.x + last.x + last.fragment.width) / 2;
  const axes = parts.map(({ fragment, x }) =>
    Math.abs(fragment.entry - fragment.exit) < 1 ? x + fragment.entry : x + fragment.width / 2,
  );
  const nearest = axes.reduce((best, axis) => (Math.abs(axis - middle) < Math.abs(best - middle) ? axis : best));
  return parts.length === 1 || Math.abs(nearest - middle) < 24 ? nearest : middle;
}
