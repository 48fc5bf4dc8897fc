/** The confusion matrix: counts and shares of each class's pictures, with the recall next to them. */
import { displayWidth } from "../diagnostics/display-text.js";
import type { Summary } from "../judging/summary.js";
import { type Chart, chartFile } from "./chart-style.js";
import { cutName } from "./cut-name.js";
import { type Markup, markup, noMarkup } from "./markup.js";
import { round } from "./plot.js";

type Judged = Pick<Summary, "confusion" | "perClass">;

/** As a separate file. */
export const confusionSvg = (title: string, judged: Judged): string => chartFile(confusionChart(title, judged));

/** More classes would be an unreadable grey area. */
const classesAtMost = 100;

interface Layout {
  readonly cell: number;
  readonly letters: "" | "small" | "tiny";
  /** Whether a cell has space for its count, and below it for its share. */
  readonly hasCount: boolean;
  readonly hasShare: boolean;
  readonly nameColumns: number;
  /** Angle of the names above the columns: slanted ones need more space between them. */
  readonly rise: 45 | 90;
}

function layoutFor(classes: number): Layout {
  if (classes <= 9) return { cell: 62, letters: "", hasCount: true, hasShare: true, nameColumns: 20, rise: 45 };
  if (classes <= 16) return { cell: 42, letters: "small", hasCount: true, hasShare: true, nameColumns: 20, rise: 45 };
  if (classes <= 30) return { cell: 26, letters: "tiny", hasCount: true, hasShare: false, nameColumns: 22, rise: 45 };
  return { cell: 11, letters: "tiny", hasCount: false, hasShare: false, nameColumns: 26, rise: 90 };
}

const letterWidths = { "": 7, small: 6.4, tiny: 5.3 } as const;
const barWidth = 120;

export function confusionChart(title: string, judged: Judged): Chart {
  const { perClass } = judged;
  const shown = shownClasses(judged);
  const layout = layoutFor(shown.length);
  const { cell, letters } = layout;
  const names = shown.map((c) => cutName(perClass[c]?.name ?? "", layout.nameColumns));
  const nameWidth = Math.max(40, ...names.map((name) => displayWidth(name) * letterWidths[letters])) + 12;
  const rise = (layout.rise * Math.PI) / 180;
  const slant = Math.round(nameWidth * Math.sin(rise)) + 10;
  const left = 30 + Math.round(nameWidth);
  const note = shown.length < perClass.length ? 20 : 0;
  const top = (title === "" ? 12 : 52) + note + slant;
  const side = shown.length * cell;
  const bars = left + side + 18;
  const width = Math.max(bars + barWidth + 120, left + side + nameWidth * Math.cos(rise) + 20, 430);
  const rows = shown.map((truth, row) => drawRow(judged, truth, shown, left, top + row * cell, layout));
  const body = markup`<text class="title" x="20" y="26">${title}</text>
${
  note === 0
    ? noMarkup
    : markup`<text class="muted" x="20" y="${title === "" ? 20 : 46}">${shown.length} of ${perClass.length} classes, those with the most pictures; shares are of all answers</text>`
}
${names.map((name, i) => {
  const x = left + i * cell + cell / 2;
  const middle = round(top + i * cell + cell / 2 + 4);
  const up = `translate(${round(x + (layout.rise === 90 ? 3 : 0))} ${top - 8}) rotate(-${layout.rise})`;
  return markup`<text class="${letters}" transform="${up}">${name}</text><text class="end ${letters}" x="${left - 8}" y="${middle}">${name}</text>`;
})}
${rows}
<path class="frame" d="M${left} ${top}h${side}v${side}h-${side}z"/>
<text class="muted small" x="${bars}" y="${top - 8}">share found</text>
${shown.map((c, row) => drawBar(judged, c, bars, top + row * cell, layout))}
<text class="middle muted" x="${left + side / 2}" y="${top + side + 22}">answered →</text>
<text class="middle muted" transform="translate(18 ${top + side / 2}) rotate(-90)">← true</text>`;
  const label = `${title === "" ? "confusion" : title}: ${perClass
    .map(({ name, recall }) => `${name} ${shareText(recall)}`)
    .slice(0, 30)
    .join(", ")}`;
  return { width: Math.round(width), height: top + side + 40, label, body };
}

/** In the order of the classes; if there are too many, those with the most pictures. */
function shownClasses({ perClass }: Judged): readonly number[] {
  const all = perClass.map((_, c) => c);
  if (all.length <= classesAtMost) return all;
  const samples = (c: number): number => perClass[c]?.samples ?? 0;
  return all
    .toSorted((a, b) => samples(b) - samples(a) || a - b)
    .slice(0, classesAtMost)
    .toSorted((a, b) => a - b);
}

export const shareText = (share: number | undefined): string =>
  share === undefined ? "–" : `${(share * 100).toFixed(share > 0 && share < 0.0995 ? 1 : 0)}%`;

/** Share above which the cell is so dark (in light mode) that dark text would be unreadable. */
const darkFrom = 0.63;

function drawRow(
  { confusion, perClass }: Judged,
  truth: number,
  shown: readonly number[],
  left: number,
  y: number,
  { cell, letters, hasCount, hasShare }: Layout,
): Markup {
  const all = perClass[truth]?.samples ?? 0;
  const name = (c: number): string => cutName(perClass[c]?.name ?? "", 60);
  return markup`${shown.map((answer, column) => {
    const count = confusion[truth]?.[answer] ?? 0;
    const share = all === 0 ? 0 : count / all;
    const x = left + column * cell;
    const isRight = answer === truth;
    const edge = isRight
      ? markup`<rect class="mark" x="${x + 1}" y="${y + 1}" width="${cell - 2}" height="${cell - 2}"/>`
      : noMarkup;
    if (count === 0) return edge;
    // Rare confusions must still differ from none.
    const strength = round2(0.06 + 0.94 * share);
    const ink = strength > darkFrom ? " on-heat" : "";
    const middle = x + cell / 2;
    const words = `${name(truth)} answered as ${name(answer)}: ${count} of ${all}, ${shareText(share)}`;
    const text = (dy: number, kind: string, what: string): Markup =>
      markup`<text class="middle ${kind}${ink}" x="${middle}" y="${round(y + cell / 2 + dy)}">${what}</text>`;
    return markup`<g><title>${words}</title><rect class="heat" fill-opacity="${strength}" x="${x}" y="${y}" width="${cell}" height="${cell}"/>${edge}${
      hasCount ? text(hasShare ? -1 : 3.5, letters === "" ? "strong" : letters, String(count)) : noMarkup
    }${hasShare ? text(13, letters === "" ? "small" : "tiny", shareText(share)) : noMarkup}</g>`;
  })}`;
}

const round2 = (value: number): number => Math.round(value * 100) / 100;

function drawBar({ perClass }: Judged, c: number, x: number, y: number, { cell, letters }: Layout): Markup {
  const { recall, samples } = perClass[c] ?? { recall: undefined, samples: 0 };
  const height = Math.max(5, Math.min(18, cell - 6));
  const top = round(y + (cell - height) / 2);
  const words = recall === undefined ? "no pictures" : `${shareText(recall)} of ${samples}`;
  return markup`<rect class="rest" x="${x}" y="${top}" width="${barWidth}" height="${height}"/><rect class="bar" x="${x}" y="${top}" width="${round((recall ?? 0) * barWidth)}" height="${height}"/><text class="${letters}" x="${x + barWidth + 8}" y="${round(y + cell / 2 + 4)}">${words}</text>`;
}
