import { asPaper, byteText, grouped, short } from "../../diagnostics/number-text.js";
import type { Paint } from "../../diagnostics/paint.js";
import { type Column, layOut, type TableRow } from "../../diagnostics/text-table.js";
import { wrapText } from "../../diagnostics/wrap-text.js";
import type { ConventionName } from "../../recipe/measures.js";
import { conventionTable } from "../conventions.js";
import type { Stats } from "../stats.js";
import { type Figure, figureIn, figuresOf } from "./figures.js";
import { layerColumns, shapeText } from "./layer-columns.js";
import { chosenColumns, chosenRows, type RowChoice } from "./row-choice.js";
import type { TreeRow } from "./tree.js";

export interface PrettyOptions {
  /** One for a table of layers with its figures; several for a table of totals. */
  readonly conventions: readonly ConventionName[];
  readonly rows: RowChoice;
  /** The selected columns, by name; undefined: all. */
  readonly columns?: readonly string[] | undefined;
  readonly paint: Paint;
  /** Columns of the terminal; undefined for unlimited lines. */
  readonly width: number | undefined;
}

/** The rows with the cells of the selected columns. */
function layerTable(stats: Stats, { conventions, rows, columns, paint, width }: PrettyOptions): string {
  const figures = figuresOf(conventions);
  const name = (row: TreeRow): string => (rows.sort === undefined ? `${"  ".repeat(row.depth)}${row.name}` : row.path);
  // A zero must not look like a figure.
  const number = (value: number): string => (value === 0 ? "-" : short(value));
  const all = layerColumns(stats, figures, { name, number });
  const shown = chosenColumns(all, columns);
  const found = chosenRows(stats.layers, figures, rows, all);
  const cells = found.map((row): TableRow => ({ cells: shown.map((column) => column.cell(row)) }));
  const total: TableRow = { cells: shown.map((column) => column.total), style: "bold" };
  return layOut(shown, [...cells, total], paint, width);
}

/** The totals of several conventions in a table, each with its unit. */
function conventionTableText(stats: Stats, { conventions, paint, width }: PrettyOptions): string {
  const columns: readonly Column[] = [
    { title: "convention", align: "left" },
    { title: "unit", align: "left" },
    { title: "total", align: "right" },
    { title: "", align: "right", weight: 1 },
    { title: "counter", align: "left", weight: 0 },
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

/** The node from which on cells depend on whole rows or columns: `; the whole picture from attn.matmul on`. */
function wholeText([rows, columns]: readonly [string | null, string | null] = [null, null]): string {
  const from = (what: string, path: string | null): string => (path === null ? "" : `; ${what} from ${path} on`);
  if (rows === columns) return from("the whole picture", rows);
  return `${from("its whole height", rows)}${from("its whole width", columns)}`;
}

/** `macs`, `152,852,568 (fvcore)`. */
function totalLine(stats: Stats, figure: Figure): readonly [string, string] {
  const { quantity, convention } = figure;
  const value = figureIn(stats.counts, figure);
  const printed = convention === "paper" ? `, printed as ${asPaper(value)}` : "";
  return [quantity, `${grouped(value)} (${convention}${printed})`];
}

/** The trained numbers in the types that weights are stored in, without the scales of int8. */
const weightTypes = { float32: 4, float16: 2, int8: 1 } as const;

const weightsText = (count: number): string =>
  Object.entries(weightTypes)
    .map(([type, bytes]) => `${byteText(count * bytes)} in ${type}`)
    .join(", ");

/** The lines under the table: exact totals, parameters by op, memory, receptive field; label and text. */
export function summaryLines(
  stats: Stats,
  conventions: readonly ConventionName[],
): readonly (readonly [string, string])[] {
  const { params, memory, receptiveField } = stats;
  const byOp = Object.entries(params.byOp).map(([op, count]) => `${op} ${grouped(count)}`);
  const trained = `${grouped(params.total)} trained${byOp.length === 0 ? "" : ` (${byOp.join(", ")})`}`;
  const training = params.trainingOnly === 0 ? "" : `; ${grouped(params.trainingOnly)} more in training only`;
  const at = (path: string | null): string => (path === null ? "" : ` at ${path}`);
  const { size, jump, whole } = receptiveField;
  return [
    ...(conventions.length === 1 ? figuresOf(conventions).map((figure) => totalLine(stats, figure)) : []),
    ["params", `${trained}${training}`],
    ["statistics", `${grouped(params.buffers)} running means and variances`],
    ["weights", weightsText(params.total)],
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

/** The stats for the terminal: a table, and a summary under it. */
export function renderPretty(stats: Stats, options: PrettyOptions): string {
  const table = options.conventions.length === 1 ? layerTable(stats, options) : conventionTableText(stats, options);
  const summary = summaryLines(stats, options.conventions)
    .map(
      ([label, text]) =>
        `${options.paint("dim", label.padEnd(16))}  ${wrapText(text, { width: options.width, margin: " ".repeat(18), taken: 18 })}\n`,
    )
    .join("");
  const [convention, ...more] = options.conventions;
  const counted = more.length === 0 ? `, counted as ${convention}` : "";
  const title = wrapText(`${titleText(stats)}${counted}`, { width: options.width, margin: "  ", taken: 0 });
  return `${options.paint("bold", title)}\n\n${table}\n${summary}`;
}
