import { readableName } from "../../diagnostics/display-text.js";
import { byteText, grouped, percentText, signed } from "../../diagnostics/number-text.js";
import type { Paint, Style } from "../../diagnostics/paint.js";
import { type Column, layOut } from "../../diagnostics/text-table.js";
import type { ConventionName } from "../../recipe/measures.js";
import type { StatsComparison } from "../compare-stats.js";
import {
  changesText,
  type LayerRow,
  layerFigures,
  layerRows,
  movesOf,
  nameText,
  otherChanges,
  type TotalRow,
  totalRows,
} from "./comparison-rows.js";

export interface ComparisonOptions {
  readonly conventions: readonly ConventionName[];
  /** Number of path levels shown; changes below are summed up. */
  readonly depth: number;
  readonly paint: Paint;
  /** Columns of the terminal; undefined for unlimited lines. */
  readonly width: number | undefined;
}

/** `before`, `after`, difference and share of a figure, as text. */
export function totalCells({ change, unit }: TotalRow): readonly string[] {
  const { before, after, delta } = change;
  const text = (value: number | null): string =>
    value === null ? "-" : unit === "bytes" ? byteText(value) : grouped(value);
  const difference = delta === null ? "" : unit === "bytes" ? signedBytes(delta) : signed(delta);
  return [text(before), text(after), difference, percentText(before, after)];
}

const signedBytes = (delta: number): string =>
  delta === 0 ? "0" : `${delta > 0 ? "+" : "-"}${byteText(Math.abs(delta))}`;

function totalsTable(comparison: StatsComparison, { conventions, paint, width }: ComparisonOptions): string {
  const rows = totalRows(comparison, conventions).map((row) => ({ cells: [row.title, ...totalCells(row)] }));
  const right = (title: string, weight?: number): Column => ({ title, align: "right", weight });
  const columns = [
    { title: "", align: "left" } as const,
    ...[right("before", 1), right("after"), right("difference"), right("", 2)],
  ];
  return layOut(columns, rows, paint, width);
}

/** Colours beside the words. */
const kindStyles: Readonly<Partial<Record<LayerRow["kind"], Style>>> = { added: "green", removed: "red" };

function layersTable(comparison: StatsComparison, { conventions, depth, paint, width }: ComparisonOptions): string {
  const figures = layerFigures(conventions);
  const rows = layerRows(comparison, depth, figures).map((row) => ({
    cells: [row.path, row.kind, row.op, row.output, ...[row.params, ...row.figures].map(signed)],
    ...(kindStyles[row.kind] === undefined ? {} : { style: kindStyles[row.kind] as Style }),
  }));
  if (rows.length === 0) return "";
  const columns: readonly Column[] = [
    { title: "layer", align: "left", keepsEnd: true },
    { title: "", align: "left", weight: 3 },
    { title: "op", align: "left", weight: 1 },
    { title: "output", align: "left", weight: 4 },
    { title: "params", align: "right" },
    ...figures.map(({ title }, i): Column => ({ title, align: "right", weight: i === 0 ? 5 : 0 })),
  ];
  return `\n${layOut(columns, rows, paint, width)}`;
}

function headText(comparison: StatsComparison, paint: Paint): string {
  const name = paint("bold", nameText(comparison));
  const path = readableName(comparison.against.path);
  switch (comparison.status) {
    case "added":
      return `${name}  is new: not in ${path}`;
    case "removed":
      return `${name}  is gone: only in ${path}`;
    case "unchanged":
      return comparison.layers.moved.length === 0
        ? `${name}  no change against ${path}`
        : `${name}  no figure changed against ${path}`;
    case "changed":
      return `${name}  against ${path}`;
  }
}

/** The changes of a model, for people: totals, then the layers. An unchanged model takes one line. */
export function renderComparison(comparison: StatsComparison, options: ComparisonOptions): string {
  const moves = movesOf(comparison.layers.moved).map(
    ({ from, to, count }) => `moved: ${from} -> ${to}${count === 1 ? "" : ` (${count} layers)`}\n`,
  );
  const moved = moves.length === 0 ? "" : `\n${moves.join("")}`;
  const head = `${headText(comparison, options.paint)}\n`;
  if (comparison.status === "unchanged") return head + moved;
  const others = comparison.status === "changed" ? otherChanges(comparison) : [];
  const other = others.map(([label, before, after]) => `${label}: ${before} -> ${after}\n`).join("");
  const changes = changesText(comparison);
  const summary = changes === "" ? "" : `\n${changes}\n`;
  return `${head}\n${totalsTable(comparison, options)}${other}${summary}${layersTable(comparison, options)}${moved}`;
}
