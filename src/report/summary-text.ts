/** The metrics of a network, in a few lines for a terminal. */
import { displayWidth } from "../diagnostics/display-text.js";
import type { ClassSummary, Summary } from "../judging/summary.js";
import { cutName } from "./cut-name.js";
import { percentOrDash, percentText } from "./figures-text.js";

/** With more classes, only the worst are named. */
const classesAtMost = 12;
const narrowest = 20;

/** Lines of at most `width` columns (undefined: nothing is cut), each with a line break; names are escaped. */
export function renderSummary(summary: Summary, width: number | undefined): string {
  if (summary.samples === 0) return "";
  const columns = Math.max(narrowest, width ?? Number.POSITIVE_INFINITY);
  const figures = [
    `mean-class accuracy ${percentText(summary.meanClassAccuracy)}`,
    `macro-F1 ${summary.macroF1.toFixed(3)}`,
    `calibration error ${percentText(summary.calibrationError)}`,
  ];
  const { perClass } = summary;
  const isCut = perClass.length > classesAtMost;
  const shown = isCut
    ? perClass
        .filter(({ recall }) => recall !== undefined)
        .toSorted((a, b) => (a.recall ?? 0) - (b.recall ?? 0))
        .slice(0, classesAtMost)
    : perClass;
  const lead = isCut ? `found of the ${shown.length} worst classes: ` : "found of each class: ";
  return `${wrapped(figures, "", columns)}${wrapped(
    shown.map((each) => classText(each, columns)),
    lead,
    columns,
  )}`;
}

/** The number comes first: a line that began with a name could be taken for a command. */
const classText = ({ name, samples, recall }: ClassSummary, columns: number): string =>
  `${percentOrDash(recall)} ${cutName(name, columns === Number.POSITIVE_INFINITY ? columns : Math.min(24, columns - 11))}${samples === 0 ? " (no pictures)" : ""}`;

/** Items separated by commas, as many per line as fit. */
function wrapped(pieces: readonly string[], lead: string, columns: number): string {
  const lines: string[] = [];
  let line = lead;
  for (const [i, piece] of pieces.entries()) {
    const text = i + 1 < pieces.length ? `${piece}, ` : piece;
    if (line.trim() !== "" && displayWidth(line) + displayWidth(text.trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = "  ";
    }
    line += text;
  }
  return [...lines, line.trimEnd()].map((each) => `${each}\n`).join("");
}
