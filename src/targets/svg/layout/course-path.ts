import type { Course } from "./place.js";

/** Maximum height of a bend in a line. */
const bend = 36;
/** The straight end of a line, so that arrowheads are upright. */
const upright = 7;
const cornerRadius = 8;

/** Pixels, rounded to a tenth. */
export const tenth = (value: number): number => Math.round(value * 10) / 10;

const point = (x: number, y: number): string => `${tenth(x)} ${tenth(y)}`;

/** The `d` attribute of a link's line. */
export function coursePath({ stops, corners }: Course): string {
  const [first, ...rest] = stops;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return "";
  if (corners !== undefined) return cornered([[first.x, first.top], ...corners, [last.x, last.top]]);
  let path = `M${point(first.x, first.top)}`;
  let { x, bottom: y } = first;
  if (y > first.top) path += `V${tenth(y)}`;
  for (const stop of rest) {
    if (Math.abs(stop.x - x) >= 0.5) {
      // As late as possible: next to other boxes a line goes straight down.
      const from = Math.max(y, stop.top - bend);
      if (from > y) path += `V${tenth(from)}`;
      const to = Math.max(stop.top - upright, (from + stop.top) / 2);
      const middle = (from + to) / 2;
      path += `C${point(x, middle)} ${point(stop.x, middle)} ${point(stop.x, to)}`;
    }
    path += `V${tenth(stop.top)}`;
    if (stop.bottom > stop.top) path += `V${tenth(stop.bottom)}`;
    x = stop.x;
    y = stop.bottom;
  }
  return path;
}

/** A line through corners, each rounded. */
function cornered(points: readonly (readonly [number, number])[]): string {
  const [[startX, startY], ...rest] = points as [readonly [number, number], ...(readonly [number, number])[]];
  let path = `M${point(startX, startY)}`;
  let before: readonly [number, number] = [startX, startY];
  rest.forEach((corner, i) => {
    const after = rest[i + 1];
    if (after === undefined) path += `L${point(...corner)}`;
    else {
      const into = towards(corner, before);
      const out = towards(corner, after);
      path += `L${point(...into)}Q${point(...corner)} ${point(...out)}`;
    }
    before = corner;
  });
  return path;
}

/** The point between two corners where the rounding of the first begins. */
function towards([x, y]: readonly [number, number], [toX, toY]: readonly [number, number]): [number, number] {
  const length = Math.abs(toX - x) + Math.abs(toY - y);
  const share = length === 0 ? 0 : Math.min(cornerRadius, length / 2) / length;
  return [x + (toX - x) * share, y + (toY - y) * share];
}
