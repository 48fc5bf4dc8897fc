/** Tables for people: columns that fit the terminal. */
import { oneLine } from "./display-text.js";
import type { Paint, Style } from "./paint.js";
import { cutToWidth, endToWidth, textWidth } from "./text-width.js";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /**
   * If the terminal is too narrow, the column with the lowest weight is dropped first, the last one among equals; a column
   * without a weight stays.
   */
  readonly weight?: number | undefined;
  /** The most columns that it takes on a terminal. */
  readonly most?: number | undefined;
  /** Whether a cell that is cut keeps its end: paths differ there. */
  readonly keepsEnd?: boolean | undefined;
}

/** A line of a table; `style` is its look. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly style?: Style;
}

const gap = "  ";
/** The first column is not cut further. */
const narrowest = 12;

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
 * Aligns cells in columns. Without a `width` nothing is cut. If it is too small, columns are dropped by weight; then the first
 * is cut, down to 12 characters.
 */
export function layOut(
  columns: readonly Column[],
  rows: readonly TableRow[],
  paint: Paint,
  width: number | undefined,
): string {
  const head: TableRow = { cells: columns.map((column) => column.title), style: "bold" };
  const lines = [head, ...rows].map(({ cells, style }) => ({ cells: cells.map(oneLine), style }));
  const widths = columns.map(({ most = Number.POSITIVE_INFINITY }, i) => {
    const widest = lines.reduce((widest, { cells }) => Math.max(widest, textWidth(cells[i] ?? "")), 0);
    return width === undefined ? widest : Math.min(most, widest);
  });
  const shown = fittingColumns(columns, widths, width ?? Number.POSITIVE_INFINITY);
  const first = widths[0] ?? 0;
  const over = width === undefined ? 0 : widthOf(widths, shown) - width;
  if (over > 0) widths[0] = Math.min(first, Math.max(narrowest, first - over));
  const line = ({ cells, style }: (typeof lines)[number], isHead: boolean): string => {
    const text = shown.map((i) => {
      const width = widths[i] ?? 0;
      const cell = (columns[i]?.keepsEnd === true && !isHead ? endToWidth : cutToWidth)(cells[i] ?? "", width);
      const padded = cell.length + Math.max(0, width - textWidth(cell));
      return columns[i]?.align === "left" ? cell.padEnd(padded) : cell.padStart(padded);
    });
    const joined = text.join(gap).trimEnd();
    return `${style === undefined || joined === "" ? joined : paint(style, joined)}\n`;
  };
  return lines.map((each, i) => line(each, i === 0)).join("");
}
