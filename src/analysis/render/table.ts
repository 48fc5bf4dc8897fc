import { oneLine } from "../../diagnostics/display-text.js";
import type { Column, TableRow } from "../../diagnostics/text-table.js";
import { csvCell, csvLine } from "../../formats/csv-cells.js";

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
