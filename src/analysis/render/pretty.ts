import { asPaper, byteText, grouped, short } from "../../diagnostics/number-text.js";
import type { Paint } from "../../diagnostics/paint.js";
import type { ConventionName } from "../../recipe/measures.js";
import { conventionTable } from "../conventions.js";
import type { Stats } from "../stats.js";
import { type Figure, figureIn, figuresOf } from "./figures.js";
import { type Column, layOut, type TableRow } from "./table.js";
import { type TreeRow, treeRows } from "./tree.js";

export interface PrettyOptions {
  /** One for a table of layers with its figures; several for their totals side by side. */
  readonly conventions: readonly ConventionName[];
  /** Levels of the path that are shown; deeper ones are summed up. */
  readonly depth: number;
  readonly paint: Paint;
  /** Columns of the terminal; undefined where lines may be as long as they like. */
  readonly width: number | undefined;
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** `conv2d`, or `12 layers` for a part. */
export function opText({ layer, layerCount }: TreeRow): string {
  if (layer === undefined) return `${layerCount} layers`;
  return layer.sharedWith === null ? layer.op : `${layer.op}, weights of ${layer.sharedWith}`;
}

export function layerColumns(figures: readonly Figure[]): readonly Column[] {
  return [
    { title: "layer", align: "left" },
    { title: "op", align: "left" },
    { title: "output", align: "left" },
    { title: "params", align: "right" },
    ...figures.map(({ title }) => ({ title, align: "right" as const })),
  ];
}

function layerTable(stats: Stats, { conventions, depth, paint, width }: PrettyOptions): string {
  const figures = figuresOf(conventions);
  const rows = treeRows(stats.layers, depth, figures).map(
    (row): TableRow => ({
      cells: [
        `${"  ".repeat(row.depth)}${row.name}`,
        opText(row),
        shapeText(row.outputShape),
        short(row.params),
        ...row.figures.map(short),
      ],
    }),
  );
  const totals = figures.map((figure) => grouped(figureIn(stats.counts, figure)));
  const total: TableRow = { cells: ["total", "", "", grouped(stats.params.total), ...totals], style: "bold" };
  const isPaper = conventions.includes("paper");
  const printed = figures.map((figure) => (isPaper ? asPaper(figureIn(stats.counts, figure)) : ""));
  const asPrinted: TableRow = { cells: ["as the paper prints it", "", "", "", ...printed] };
  return layOut(layerColumns(figures), [...rows, total, ...(isPaper ? [asPrinted] : [])], paint, width);
}

/** The totals of several conventions under each other, each with its unit. */
function conventionTableText(stats: Stats, { conventions, paint, width }: PrettyOptions): string {
  const columns: readonly Column[] = [
    { title: "convention", align: "left" },
    { title: "unit", align: "left" },
    { title: "total", align: "right" },
    { title: "", align: "right" },
    { title: "counter", align: "left" },
  ];
  let before = "";
  const rows = figuresOf(conventions).map((figure): TableRow => {
    const value = figureIn(stats.counts, figure);
    const isFirst = figure.convention !== before;
    before = figure.convention;
    const { tool } = conventionTable(figure.convention);
    const printed = figure.convention === "paper" ? asPaper(value) : short(value);
    return {
      cells: [isFirst ? figure.convention : "", figure.quantity, grouped(value), printed, isFirst ? tool : ""],
    };
  });
  return layOut(columns, rows, paint, width);
}

/** From where on cells see whole rows or columns: `; the whole picture from attn.matmul on`. */
function wholeText([rows, columns]: readonly [string | null, string | null] = [null, null]): string {
  const from = (what: string, path: string | null): string => (path === null ? "" : `; ${what} from ${path} on`);
  if (rows === columns) return from("the whole picture", rows);
  return `${from("its whole height", rows)}${from("its whole width", columns)}`;
}

/** What stands under the table: parameters by op, memory, receptive field; label and text. */
export function summaryLines(stats: Stats): readonly (readonly [string, string])[] {
  const { params, memory, receptiveField } = stats;
  const byOp = Object.entries(params.byOp).map(([op, count]) => `${op} ${grouped(count)}`);
  const trained = `${grouped(params.total)} trained${byOp.length === 0 ? "" : ` (${byOp.join(", ")})`}`;
  const training = params.trainingOnly === 0 ? "" : `; ${grouped(params.trainingOnly)} more in training only`;
  const at = (path: string | null): string => (path === null ? "" : ` at ${path}`);
  const { size, jump, whole } = receptiveField;
  return [
    ["params", `${trained}${training}`],
    ["statistics", `${grouped(params.buffers)} running means and variances`],
    ["weights", `${byteText(memory.paramBytes)}`],
    [
      "peak activations",
      `${byteText(memory.peakActivationBytes)}${at(memory.peakAt)}; in place ${byteText(memory.inPlacePeakActivationBytes)}${at(memory.inPlacePeakAt)} (batch 1)`,
    ],
    ["receptive field", `${size.join("x")}, cells ${jump.join("x")} apart${at(receptiveField.at)}${wholeText(whole)}`],
  ];
}

/** `LferLdl  image [1, 3, 224, 224]`. */
export function titleText(stats: Stats): string {
  const inputs = Object.entries(stats.inputs).map(([name, shape]) => `${name} ${shapeText(shape)}`);
  return [stats.model, ...inputs].join("  ");
}

/** The stats for people: a table, and what cannot stand in one under it. */
export function renderPretty(stats: Stats, options: PrettyOptions): string {
  const table = options.conventions.length === 1 ? layerTable(stats, options) : conventionTableText(stats, options);
  const summary = summaryLines(stats)
    .map(([label, text]) => `${options.paint("dim", label.padEnd(16))}  ${text}\n`)
    .join("");
  return `${options.paint("bold", titleText(stats))}\n\n${table}\n${summary}`;
}
