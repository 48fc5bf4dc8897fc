/** The columns of the table of layers. */

import type { Column } from "../../diagnostics/text-table.js";
import type { ConventionName } from "../../recipe/measures.js";
import type { Stats } from "../stats.js";
import { type Figure, figureIn, figuresOf } from "./figures.js";
import type { TreeRow } from "./tree.js";

export interface LayerColumn extends Column {
  /** Its name in `--columns` and `--sort`; also its title, unless a convention counts parameters in its own way. */
  readonly name: string;
  cell(row: TreeRow): string;
  /** The cell in the total row. */
  readonly total: string;
  /** The sort key of a row; undefined for a text column. */
  readonly value: ((row: TreeRow) => number) | undefined;
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** `conv2d`, or `12 layers` for a part. */
function opText({ layer, layerCount }: TreeRow): string {
  if (layer === undefined) return `${layerCount} layers`;
  return layer.sharedWith === null ? layer.op : `${layer.op}, weights of ${layer.sharedWith}`;
}

/** `36.6%`: the share of the whole. */
function shareText(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "-";
  const percent = (100 * part) / whole;
  return percent < 0.05 ? "<0.1%" : `${percent.toFixed(1)}%`;
}

/** The unit; a convention's own count of parameters is named next to the column of all. */
const columnTitle = ({ quantity, title }: Figure): string => (quantity === "params" ? title : quantity);

const isWork = ({ quantity }: Figure): boolean => quantity !== "params" && quantity !== "activations";

/** The figure of which shares are shown: a convention's first measure of work. */
const sharedFigure = (figures: readonly Figure[]): Figure | undefined => figures.find(isWork);

export interface LayerTexts {
  readonly name: (row: TreeRow) => string;
  readonly number: (value: number) => string;
}

/** The columns of a convention's figures, in the table's order. */
export function layerColumns(
  stats: Stats,
  figures: readonly Figure[],
  { name, number }: LayerTexts,
): readonly LayerColumn[] {
  const text = (title: string, cell: (row: TreeRow) => string, weight?: number): LayerColumn => {
    const total = title === "layer" ? "total" : "";
    return { name: title, title, align: "left", cell, total, value: undefined, weight };
  };
  const numbers = (title: string, total: number, value: (row: TreeRow) => number, weight?: number): LayerColumn => ({
    name: title,
    title,
    align: "right",
    cell: (row) => number(value(row)),
    total: number(total),
    value,
    weight,
  });
  const counted = figures.flatMap((figure, i): readonly LayerColumn[] => {
    const title = columnTitle(figure);
    const total = figureIn(stats.counts, figure);
    const value = (row: TreeRow): number => row.figures[i] as number;
    if (!isWork(figure)) return [numbers(title, total, value, 0)];
    const share = { ...numbers("share", total, value, 2), total: shareText(total, total) };
    const isShared = figure === sharedFigure(figures);
    return [
      numbers(title, total, value, isShared ? undefined : 1),
      ...(isShared ? [{ ...share, cell: (row: TreeRow) => shareText(value(row), total) }] : []),
    ];
  });
  return [
    text("layer", name),
    text("op", opText, 1),
    text("output", ({ outputShape }) => shapeText(outputShape), 3),
    numbers("params", stats.params.total, ({ params }) => params),
    ...counted,
  ];
}

/** The names that `--columns` and `--sort` accept. Sorting by the share equals sorting by its figure. */
export function layerColumnNames(conventions: readonly ConventionName[]) {
  const figures = figuresOf(conventions);
  const counted = figures.flatMap((figure) => [
    columnTitle(figure),
    ...(figure === sharedFigure(figures) ? ["share"] : []),
  ]);
  return { all: ["layer", "op", "output", "params", ...counted], numbers: ["params", ...figures.map(columnTitle)] };
}
