import { invariant } from "../../../diagnostics/invariant.js";
import type { Link } from "../scene.js";
import { type Detour, type Fragment, shifted } from "./fragment.js";

/** Space between columns, where a line goes up from the bottom of one to the top of the next. */
const gutter = 44;
/** Space above and below a column for the line to turn. */
const turn = 18;

/**
 * Breaks a series into columns, like text. `breaks[i]` is the only link from element i to the next, if the series may be broken
 * there. No column is higher than `tallest` if breaks allow that; their heights are as equal as possible.
 */
export function columnsOf(
  elements: readonly Fragment[],
  breaks: readonly (Link | undefined)[],
  tallest: number,
  stack: (fragments: readonly Fragment[]) => Fragment,
): Fragment {
  const whole = stack(elements);
  if (whole.height <= tallest || breaks.every((link) => link === undefined)) return whole;
  const pieces: { height: number; end: number }[] = [];
  let height = 0;
  elements.forEach((element, i) => {
    height += element.height + turn;
    if (breaks[i] === undefined && i + 1 < elements.length) return;
    pieces.push({ height, end: i + 1 });
    height = 0;
  });
  const count = Math.ceil(whole.height / tallest);
  const ends = evenEnds(pieces, count);
  const columns = ends.map((end, i) => stack(elements.slice(ends[i - 1] ?? 0, end)));
  return beside(
    columns,
    ends.slice(0, -1).map((end) => breaks[end - 1]),
  );
}

/** Cuts pieces into at most `count` runs such that the highest is as low as possible; returns the end of each run. */
function evenEnds(
  pieces: readonly { readonly height: number; readonly end: number }[],
  count: number,
): readonly number[] {
  const fits = (limit: number): readonly number[] => {
    const ends: number[] = [];
    let height = 0;
    pieces.forEach((piece, i) => {
      if (height > 0 && height + piece.height > limit) {
        ends.push((pieces[i - 1] as (typeof pieces)[number]).end);
        height = 0;
      }
      height += piece.height;
    });
    return [...ends, (pieces.at(-1) as (typeof pieces)[number]).end];
  };
  let low = Math.max(...pieces.map((piece) => piece.height));
  let high = pieces.reduce((sum, piece) => sum + piece.height, 0);
  while (high - low > 4) {
    const middle = (low + high) / 2;
    if (fits(middle).length <= count) high = middle;
    else low = middle;
  }
  return fits(high);
}

/** Columns side by side, aligned at the top, with the links from each to the next. */
function beside(columns: readonly Fragment[], links: readonly (Link | undefined)[]): Fragment {
  const parts: { fragment: Fragment; x: number; y: number }[] = [];
  const detours: Detour[] = [];
  let x = 0;
  columns.forEach((fragment, i) => {
    const y = turn;
    const link = links[i - 1];
    const before = parts[i - 1];
    if (before !== undefined) {
      invariant(link !== undefined, "columns are broken where one link leads on");
      const foot = before.y + before.fragment.height;
      const from = before.x + (before.fragment.exits.get(link) ?? before.fragment.exit);
      const to = x + (fragment.entries.get(link) ?? fragment.entry);
      const rise = x - gutter / 2;
      detours.push({
        link,
        corners: [
          [from, foot + turn / 2],
          [rise, foot + turn / 2],
          [rise, 0],
          [to, 0],
        ],
      });
    }
    parts.push({ fragment, x, y });
    x += fragment.width + gutter;
  });
  const [first] = parts as [(typeof parts)[number], ...typeof parts];
  const last = parts.at(-1) as (typeof parts)[number];
  const height = turn * 2 + Math.max(...columns.map((column) => column.height));
  return {
    width: x - gutter,
    height,
    entry: first.x + first.fragment.entry,
    exit: last.x + last.fragment.exit,
    boxes: [],
    runs: [],
    detours,
    parts,
    entries: shifted(first.fragment.entries, first.x),
    exits: shifted(last.fragment.exits, last.x),
  };
}
