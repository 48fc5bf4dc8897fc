/** Selects the rows and columns of the table of layers, and their order. */
import type { LayerStats } from "../stats.js";
import type { Figure } from "./figures.js";
import type { LayerColumn } from "./layer-columns.js";
import { type TreeRow, treeRows } from "./tree.js";

export interface RowChoice {
  /** Number of path levels shown; deeper ones are summed up. */
  readonly depth: number;
  /** Whether consecutive equal parts are one row. */
  readonly joinsEqual: boolean;
  /** The sort column, largest first, without enclosing parts; undefined: the network's order. */
  readonly sort?: string | undefined;
}

/** The columns with these names, in this order; all if none is named. */
export function chosenColumns(
  columns: readonly LayerColumn[],
  names: readonly string[] | undefined,
): readonly LayerColumn[] {
  if (names === undefined) return columns;
  return names.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

/** The rows in the requested order. */
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
