/** Lines over two axes. */
import { letterAdvance } from "../diagnostics/picture-style.js";
import type { Series } from "./chart-style.js";
import { type Markup, markup, noMarkup } from "./markup.js";

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** From its first tick to its last. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly name: string;
}

export interface Line {
  readonly name: string;
  readonly series: Series;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export const round = (value: number): number => Math.round(value * 10) / 10;

const within = (value: number, { low, high }: Axis): number => Math.min(high, Math.max(low, value));

export const xOf = ({ left, width }: Area, axis: Axis, value: number): number =>
  round(left + (axis.high === axis.low ? 0.5 : (within(value, axis) - axis.low) / (axis.high - axis.low)) * width);

export const yOf = ({ top, height }: Area, axis: Axis, value: number): number =>
  round(
    top + height - (axis.high === axis.low ? 0.5 : (within(value, axis) - axis.low) / (axis.high - axis.low)) * height,
  );

/** The grid, the labels and the titles; `right` is a second scale for the same heights. */
export function drawAxes(area: Area, x: Axis, y: Axis, right?: Axis): Markup {
  const { left, top, width, height } = area;
  const base = top + height;
  const middle = top + height / 2;
  return markup`${y.ticks.map((tick) => {
    const at = yOf(area, y, tick);
    return markup`<path class="grid" d="M${left} ${at}h${width}"/><text class="end muted" x="${left - 8}" y="${at + 4}">${tick}</text>`;
  })}${(right?.ticks ?? []).map((tick) => {
    const at = yOf(area, right as Axis, tick);
    return markup`<text class="muted" x="${left + width + 8}" y="${at + 4}">${tick}</text>`;
  })}${x.ticks.map(
    (tick) => markup`<text class="middle muted" x="${xOf(area, x, tick)}" y="${base + 17}">${tick}</text>`,
  )}<path class="frame" d="M${left} ${base}h${width}"/>${
    x.name === "" ? noMarkup : markup`<text class="middle" x="${left + width / 2}" y="${base + 35}">${x.name}</text>`
  }<text class="middle" transform="translate(${left - 46} ${middle}) rotate(-90)">${y.name}</text>${
    right === undefined
      ? noMarkup
      : markup`<text class="middle" transform="translate(${left + width + 50} ${middle}) rotate(90)">${right.name}</text>`
  }`;
}

/** Above this number, points are close enough to be seen as a line. */
const dotsAtMost = 30;

export function drawLine(area: Area, x: Axis, y: Axis, { series, points }: Line): Markup {
  const shown = points.filter(([, value]) => Number.isFinite(value));
  const places = shown.map(([at, value]) => [xOf(area, x, at), yOf(area, y, value)] as const);
  const path = places.map(([px, py]) => `${px},${py}`).join(" ");
  // A single point is not a line.
  const dots =
    places.length > dotsAtMost
      ? []
      : places.map(([px, py]) => markup`<circle class="dot ${series}" cx="${px}" cy="${py}" r="2.2"/>`);
  return markup`<polyline class="line ${series}" points="${path}"/>${dots}`;
}

/** Width of a letter in a legend, which cannot be measured here. */
const letterWidth = 12 * letterAdvance;
const keyWidth = 24;

/** The lines' names from `left` on; those that do not fit into `width` go to the next row. */
export function drawLegend(lines: readonly Line[], left: number, top: number, width: number): Markup {
  let x = left;
  let y = top;
  return markup`${lines.map(({ name, series }) => {
    const needed = keyWidth + name.length * letterWidth + 16;
    if (x > left && x + needed > left + width) {
      x = left;
      y += 18;
    }
    const at = round(x);
    x += needed;
    return markup`<path class="line ${series}" d="M${at} ${y}h18"/><text x="${at + keyWidth}" y="${y + 4}">${name}</text>`;
  })}`;
}
