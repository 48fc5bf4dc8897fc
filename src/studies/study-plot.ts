/** A study's accuracy over the swept parameter, mean and deviation, as an SVG, light or dark. */
import { gridLines, inks, paper, pictureFont, type Shades } from "../diagnostics/picture-style.js";
import { xmlText } from "../diagnostics/xml-text.js";
import { ticksOf } from "../report/axis.js";
import type { Spread } from "./statistics.js";

export interface PlotPoint {
  /** Its position: a number, or a name. */
  readonly at: string;
  readonly spread: Spread;
}

export interface PlotLine {
  readonly name: string;
  readonly points: readonly PlotPoint[];
}

export interface StudyPlot {
  readonly title: string;
  /** The title of the horizontal axis. */
  readonly across: string;
  readonly lines: readonly PlotLine[];
  /** Number of lines that are only in the table. */
  readonly left: number;
}

// Colours that colour-blind people can distinguish (Okabe and Ito), each with its own marker.
export const plotColours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"] as const;

const plot = { width: 560, height: 300, left: 66, right: 24, top: 44, bottom: 62 } as const;
const legendRow = 20;

const isNumber = (text: string): boolean => text !== "" && Number.isFinite(Number(text));

const round = (value: number): number => Math.round(value * 10) / 10;

/** The positions on the horizontal axis: numbers to scale, names side by side. */
function placesOf(lines: readonly PlotLine[]): {
  readonly x: (at: string) => number;
  readonly ticks: readonly string[];
} {
  const all = [...new Set(lines.flatMap(({ points }) => points.map(({ at }) => at)))];
  if (!all.every(isNumber) || all.length < 2) {
    const step = plot.width / Math.max(1, all.length);
    return { x: (at) => plot.left + (all.indexOf(at) + 0.5) * step, ticks: all };
  }
  const numbers = all.map(Number);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const inset = 14;
  const x = (at: string): number => plot.left + inset + ((Number(at) - low) / (high - low)) * (plot.width - 2 * inset);
  // The tested values, if there is space; otherwise round numbers.
  const ticks =
    all.length <= 12
      ? all
      : ticksOf(low, high, 8)
          .filter((tick) => tick >= low && tick <= high)
          .map(String);
  return { x, ticks };
}

const rulesOf = (shade: keyof Shades): string =>
  `.paper{fill:${paper[shade]}}text{fill:${inks.ink[shade]}}.grid{stroke:${gridLines[shade]}}`;

export function studySvg({ title, across, lines, left }: StudyPlot): string {
  const points = lines.flatMap((line) => line.points.map(({ spread }) => spread));
  const percents = points.flatMap(({ mean, deviation = 0 }) => [(mean - deviation) * 100, (mean + deviation) * 100]);
  const ticks =
    percents.length === 0
      ? [0, 100]
      : ticksOf(
          percents.reduce((a, b) => Math.min(a, b)),
          percents.reduce((a, b) => Math.max(a, b)),
          6,
        );
  const [bottom, top] = [ticks[0] as number, ticks.at(-1) as number];
  const base = plot.top + plot.height;
  const y = (percent: number): number => round(base - ((percent - bottom) / (top - bottom)) * plot.height);
  const { x, ticks: columns } = placesOf(lines);
  const isNamed = lines.length > 1 || left > 0;
  const width = plot.left + plot.width + plot.right;
  const legend = [...lines.map(({ name }) => name), ...(left > 0 ? [`${left} more in table.md`] : [])];
  const height = base + plot.bottom + (isNamed ? legend.length * legendRow : 0);
  const rows = ticks.map(
    (tick) =>
      `<path class="grid" d="M${plot.left} ${y(tick)}h${plot.width}"/><text x="${plot.left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
  );
  // Long names are rotated, so that they do not overlap.
  const isLong = columns.some((text) => text.length * 7 > plot.width / columns.length);
  const under = columns.map((text) => {
    const at = round(x(text));
    const shown = xmlText(text.length > 24 ? `${text.slice(0, 23)}…` : text);
    return isLong
      ? `<text transform="translate(${at} ${base + 14}) rotate(-20)" text-anchor="end">${shown}</text>`
      : `<text x="${at}" y="${base + 18}" text-anchor="middle">${shown}</text>`;
  });
  const drawn = lines.map(({ points: own }, i) => {
    const colour = plotColours[i % plotColours.length] as string;
    const path = own.map(({ at, spread }) => `${round(x(at))},${y(spread.mean * 100)}`);
    const isLine = own.every(({ at }) => isNumber(at));
    const marks = own.map(({ at, spread: { mean, deviation, count } }) => {
      const [cx, cy] = [round(x(at)), y(mean * 100)];
      const bar =
        deviation === undefined
          ? ""
          : `<path d="M${cx} ${y((mean - deviation) * 100)}V${y((mean + deviation) * 100)}M${cx - 4} ${y((mean - deviation) * 100)}h8M${cx - 4} ${y((mean + deviation) * 100)}h8" stroke="${colour}" fill="none"/>`;
      const told = `${at}: ${(mean * 100).toFixed(2)} %${deviation === undefined ? "" : ` ± ${(deviation * 100).toFixed(2)}`}, ${count} run${count === 1 ? "" : "s"}`;
      return `${bar}<circle cx="${cx}" cy="${cy}" r="4" fill="${colour}"><title>${xmlText(told)}</title></circle>`;
    });
    const line = isLine
      ? `<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`
      : "";
    return `${line}${marks.join("")}`;
  });
  const names = isNamed
    ? legend.map((name, i) => {
        const at = base + plot.bottom + i * legendRow;
        const colour = plotColours[i % plotColours.length] as string;
        const mark = i < lines.length ? `<circle cx="${plot.left + 6}" cy="${at}" r="4" fill="${colour}"/>` : "";
        return `${mark}<text x="${plot.left + 18}" y="${at + 4}">${xmlText(name)}</text>`;
      })
    : [];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${xmlText(pictureFont)}" font-size="12">
<style>${rulesOf("light")}@media(prefers-color-scheme:dark){${rulesOf("dark")}}</style>
<rect class="paper" width="${width}" height="${height}"/>
<text x="${plot.left}" y="24" font-size="15" font-weight="bold">${xmlText(title)}</text>
${rows.join("\n")}
${under.join("\n")}
<text x="${plot.left + plot.width / 2}" y="${base + 46}" text-anchor="middle">${xmlText(across)}</text>
<text transform="translate(18 ${plot.top + plot.height / 2}) rotate(-90)" text-anchor="middle">best accuracy on pictures held out, %</text>
${drawn.join("\n")}
${names.join("\n")}
</svg>
`;
}
