import { grouped } from "../../diagnostics/number-text.js";
import type { ConventionName } from "../../recipe/measures.js";
import { conventionTable } from "../conventions.js";
import type { Stats } from "../stats.js";
import { figureIn, figuresOf } from "./figures.js";
import { layerColumns, opText, shapeText, summaryLines, titleText } from "./pretty.js";
import { codeSpan, markdownTable } from "./table.js";
import { treeRows } from "./tree.js";

function layersTable(stats: Stats, conventions: readonly ConventionName[], depth: number): string {
  const figures = figuresOf(conventions);
  const rows = treeRows(stats.layers, depth, figures).map((row) => ({
    cells: [codeSpan(row.path), opText(row), shapeText(row.outputShape), ...[row.params, ...row.figures].map(grouped)],
  }));
  const totals = [stats.params.total, ...figures.map((figure) => figureIn(stats.counts, figure))];
  return markdownTable(layerColumns(figures), [...rows, { cells: ["**total**", "", "", ...totals.map(grouped)] }]);
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

/** The stats as Markdown, numbers exact. Rows are folded at `depth`; several conventions give their totals. */
export function renderMarkdown(stats: Stats, conventions: readonly ConventionName[], depth: number): string {
  const table =
    conventions.length === 1 ? layersTable(stats, conventions, depth) : conventionsTable(stats, conventions);
  const summary = summaryLines(stats)
    .map(([label, text]) => `- ${label}: ${text}\n`)
    .join("");
  return `### ${titleText(stats)}\n\n${table}\n${summary}`;
}
