/** Which rows and columns of the table of layers are shown, and in which order. */
import type { LayerStats } from "../stats.js";
import type { Figure } from "./figures.js";
import type { LayerColumn } from "./layer-columns.js";
import { type TreeRow, treeRows } from "./tree.js";

export interface RowChoice {
  /** Levels of the path that are shown; deeper ones are summed up. */
  readonly depth: number;
  /** Whether equal parts that follow each other are one row. */
  readonly joinsEqual: boolean;
  /** The column that rows are sorted by, largest first, without the parts that they stand in; undefined: the network's order. */
  readonly sort?: string | undefined;
}

/** The columns with these names, in this order; all where none is named. */
export function chosenColumns(
  columns: readonly LayerColumn[],
  names: readonly string[] | undefined,
): readonly LayerColumn[] {
  if (names === undefined) return columns;
  return names.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

/** The rows in the order that is wanted. */
export function chosenRows(
  layers: readonly LayerStats[],
  figures: readonly Figure[],
  { depth, joinsEqual, sort }: RowChoice,
  columns: readonly LayerColumn[],
): readonly TreeRow[] {
  const rows = treeRows(layers, { depth, figures, joinsEqual: joinsEqual && sort === undefined });
  const value = columns.find(({ name }) => name === sort)?.value;
  if (value === undefined) return rows;
  return rows.filter(({ isOpen }) => !isOpen).sort((a, b) => value(b) - value(a));
}
