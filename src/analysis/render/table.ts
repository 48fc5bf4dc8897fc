import { oneLine } from "../../diagnostics/display-text.js";
import type { Paint, Style } from "../../diagnostics/paint.js";
import { cutToWidth, textWidth } from "../../diagnostics/text-width.js";
import { csvCell, csvLine } from "../../formats/csv-cells.js";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /**
   * If the terminal is too narrow, the column with the lowest weight is dropped first, the last one among equals; a column
   * without a weight stays.
   */
  readonly weight?: number | undefined;
}

/** A line of a table; `style` is its look. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly style?: Style;
}

const gap = "  ";

/** The indices of the columns that are shown. */
function fittingColumns(columns: readonly Column[], widths: readonly number[], width: number): readonly number[] {
  let shown = columns.map((_, i) => i);
  const weightOf = (i: number): number => columns[i]?.weight ?? Number.POSITIVE_INFINITY;
  while (widthOf(widths, shown) > width) {
    const least = Math.min(...shown.map(weightOf));
    if (least === Number.POSITIVE_INFINITY) break;
    const gone = shown.findLast((i) => weightOf(i) === least);
    shown = shown.filter((i) => i !== gone);
  }
  return shown;
}

const widthOf = (widths: readonly number[], shown: readonly number[]): number =>
  shown.reduce((sum, i) => sum + (widths[i] ?? 0), gap.length * (shown.length - 1));

/**
 * Aligns cells in columns. If `width` is too small, columns are dropped by weight; then the first is cut, down to 12
 * characters.
 */
export function layOut(
  columns: readonly Column[],
  rows: readonly TableRow[],
  paint: Paint,
  width: number | undefined,
): string {
  const head: TableRow = { cells: columns.map((column) => column.title), style: "bold" };
  const lines = [head, ...rows].map(({ cells, style }) => ({ cells: cells.map(oneLine), style }));
  const widths = columns.map((_, i) =>
    lines.reduce((widest, { cells }) => Math.max(widest, textWidth(cells[i] ?? "")), 0),
  );
  const shown = fittingColumns(columns, widths, width ?? Number.POSITIVE_INFINITY);
  const first = widths[0] ?? 0;
  const over = width === undefined ? 0 : widthOf(widths, shown) - width;
  if (over > 0) widths[0] = Math.min(first, Math.max(12, first - over));
  const line = ({ cells, style }: (typeof lines)[number]): string => {
    const text = shown.map((i) => {
      const width = widths[i] ?? 0;
      const cell = cutToWidth(cells[i] ?? "", width);
      const padded = cell.length + Math.max(0, width - textWidth(cell));
      return columns[i]?.align === "left" ? cell.padEnd(padded) : cell.padStart(padded);
    });
    const joined = text.join(gap).trimEnd();
    return `${style === undefined || joined === "" ? joined : paint(style, joined)}\n`;
  };
  return lines.map(line).join("");
}

/** A cell that cannot break its column or row. */
const markdownCell = (text: string): string => oneLine(text).replaceAll("|", "\\|");

/** Text that Markdown renders literally, whatever a name contains. */
export function markdownText(text: string): string {
  return oneLine(text).replace(/[\\`*[\]<>&#~]/g, "\\$&");
}

/** Text as code; backticks are replaced, since one would end it. */
export const codeSpan = (text: string): string => `\`${oneLine(text).replaceAll("`", "'")}\``;

/** A table in GitHub's Markdown. */
export function markdownTable(columns: readonly Column[], rows: readonly TableRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(" | ")} |\n`;
  const rule = line(columns.map(({ align }) => (align === "left" ? "---" : "---:")));
  return line(columns.map((column) => column.title)) + rule + rows.map(({ cells }) => line(cells)).join("");
}

/** A field of RFC 4180, on one line, so that a name with line breaks cannot look like another record. */
export const csvField = (text: string): string => csvCell(oneLine(text));

export function csvLines(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => csvLine(cells.map(oneLine))).join("");
}
