import { oneLine } from "../../diagnostics/display-text.js";
import type { Paint, Style } from "../../diagnostics/paint.js";
import { csvCell, csvLine } from "../../formats/csv-cells.js";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** A line of a table; `style` is its look. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly style?: Style;
}

const gap = "  ";

/** The text shortened at its end to so many columns, with a sign where it was cut. */
function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Lays cells under each other. Where `width` is too small, the first column gives way, down to 12 characters. */
export function layOut(
  columns: readonly Column[],
  rows: readonly TableRow[],
  paint: Paint,
  width: number | undefined,
): string {
  const head: TableRow = { cells: columns.map((column) => column.title), style: "bold" };
  const lines = [head, ...rows].map((row) => ({ ...row, cells: row.cells.map(oneLine) }));
  const widths = columns.map((_, i) =>
    lines.reduce((widest, { cells }) => Math.max(widest, (cells[i] ?? "").length), 0),
  );
  const whole = widths.reduce((sum, each) => sum + each, gap.length * (columns.length - 1));
  const first = widths[0] ?? 0;
  if (width !== undefined && whole > width) widths[0] = Math.min(first, Math.max(12, first - (whole - width)));
  const line = ({ cells, style }: TableRow): string => {
    const text = columns.map(({ align }, i) => {
      const cell = cut(cells[i] ?? "", widths[i] ?? 0);
      return align === "left" ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
    });
    const joined = text.join(gap).trimEnd();
    return `${style === undefined || joined === "" ? joined : paint(style, joined)}\n`;
  };
  return lines.map(line).join("");
}

/** A cell that cannot end its column or its row. */
const markdownCell = (text: string): string => oneLine(text).replaceAll("|", "\\|");

/** Text that a reader of Markdown sees as it is, whatever somebody put into a name. */
export function markdownText(text: string): string {
  return oneLine(text).replace(/[\\`*[\]<>&#~]/g, "\\$&");
}

/** Text in the looks of code; a backtick would end it. */
export const codeSpan = (text: string): string => `\`${oneLine(text).replaceAll("`", "'")}\``;

/** A table in GitHub's Markdown. */
export function markdownTable(columns: readonly Column[], rows: readonly TableRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(" | ")} |\n`;
  const rule = line(columns.map(({ align }) => (align === "left" ? "---" : "---:")));
  return line(columns.map((column) => column.title)) + rule + rows.map(({ cells }) => line(cells)).join("");
}

/** A field of RFC 4180, on one line: what prints a file line by line must not take a name for one. */
export const csvField = (text: string): string => csvCell(oneLine(text));

export function csvLines(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => csvLine(cells.map(oneLine))).join("");
}
