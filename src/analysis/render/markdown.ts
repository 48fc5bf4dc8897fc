import { grouped } from "../../diagnostics/number-text.js";
import type { ConventionName } from "../../recipe/measures.js";
import { conventionTable } from "../conventions.js";
import type { Stats } from "../stats.js";
import { figureIn, figuresOf } from "./figures.js";
import { layerColumns } from "./layer-columns.js";
import { type PrettyOptions, summaryLines, titleText } from "./pretty.js";
import { chosenColumns, chosenRows } from "./row-choice.js";
import { codeSpan, markdownTable } from "./table.js";

export type MarkdownOptions = Pick<PrettyOptions, "conventions" | "rows" | "columns">;

function layersTable(stats: Stats, { conventions, rows, columns }: MarkdownOptions): string {
  const figures = figuresOf(conventions);
  const all = layerColumns(stats, figures, { name: ({ path }) => codeSpan(path), number: grouped });
  const shown = chosenColumns(all, columns);
  const cells = chosenRows(stats.layers, figures, rows, all).map((row) => ({
    cells: shown.map((column) => column.cell(row)),
  }));
  const total = shown.map((column) => (column.name === "layer" ? "**total**" : column.total));
  return markdownTable(shown, [...cells, { cells: total }]);
}

function conventionsTable(stats: Stats, conventions: readonly ConventionName[]): string {
  const rows = figuresOf(conventions).map((figure) => ({
    cells: [
      figure.convention,
      figure.quantity,
      grouped(figureIn(stats.counts, figure)),
      conventionTable(figure.convention).tool,
    ],
  }));
  return markdownTable(
    [
      { title: "convention", align: "left" },
      { title: "unit", align: "left" },
      { title: "total", align: "right" },
      { title: "counter", align: "left" },
    ],
    rows,
  );
}

/** The stats as Markdown with exact numbers. Rows are folded at a depth; for several conventions only totals are shown. */
export function renderMarkdown(stats: Stats, options: MarkdownOptions): string {
  const { conventions } = options;
  const table = conventions.length === 1 ? layersTable(stats, options) : conventionsTable(stats, conventions);
  const summary = summaryLines(stats, conventions)
    .map(([label, text]) => `- ${label}: ${text}\n`)
    .join("");
  return `### ${titleText(stats)}\n\n${table}\n${summary}`;
}
