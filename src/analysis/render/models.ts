/** A table of several models: one line each, without layers. */
import { readableName } from "../../diagnostics/display-text.js";
import { byteText, grouped } from "../../diagnostics/number-text.js";
import type { Paint } from "../../diagnostics/paint.js";
import { type Column, layOut } from "../../diagnostics/text-table.js";
import type { ConventionName } from "../../recipe/measures.js";
import type { Stats } from "../stats.js";
import { figureIn, figuresOf } from "./figures.js";
import { shapeText } from "./layer-columns.js";
import { markdownTable, markdownText } from "./table.js";

/** A model and its file. */
export interface ListedModel {
  readonly path: string;
  readonly stats: Stats;
}

function columnsOf(conventions: readonly ConventionName[]): readonly Column[] {
  const right = (title: string, weight?: number): Column => ({ title, align: "right", weight });
  return [
    { title: "model", align: "left" },
    { title: "input", align: "left", weight: 3 },
    right("params"),
    ...figuresOf(conventions).map(({ title }, i) => right(title, i === 0 ? undefined : 0)),
    right("peak activations", 1),
    right("weights", 1),
  ];
}

/** `M`, with its file if another one has a model of the same name. */
function namesOf(models: readonly ListedModel[]): readonly string[] {
  const count = new Map<string, number>();
  for (const { stats } of models) count.set(stats.model, (count.get(stats.model) ?? 0) + 1);
  return models.map(({ stats, path }) =>
    readableName(count.get(stats.model) === 1 ? stats.model : `${stats.model} (${path})`),
  );
}

function inputText({ inputs }: Stats): string {
  const shapes = Object.entries(inputs);
  if (shapes.length === 1) return shapeText(shapes[0]?.[1] ?? []);
  return shapes.map(([name, shape]) => `${readableName(name)} ${shapeText(shape)}`).join(", ");
}

function rowsOf(
  models: readonly ListedModel[],
  conventions: readonly ConventionName[],
): readonly (readonly string[])[] {
  const names = namesOf(models);
  return models.map(({ stats }, i) => [
    names[i] ?? "",
    inputText(stats),
    grouped(stats.params.total),
    ...figuresOf(conventions).map((figure) => grouped(figureIn(stats.counts, figure))),
    byteText(stats.memory.peakActivationBytes),
    byteText(stats.memory.paramBytes),
  ]);
}

export interface ModelsOptions {
  readonly conventions: readonly ConventionName[];
  readonly paint: Paint;
  readonly width: number | undefined;
}

/** The table for the terminal. */
export function renderModelsPretty(
  models: readonly ListedModel[],
  { conventions, paint, width }: ModelsOptions,
): string {
  const rows = rowsOf(models, conventions).map((cells) => ({ cells }));
  return layOut(columnsOf(conventions), rows, paint, width);
}

/** The table as Markdown. */
export function renderModelsMarkdown(models: readonly ListedModel[], conventions: readonly ConventionName[]): string {
  const rows = rowsOf(models, conventions).map((cells) => ({ cells: cells.map(markdownText) }));
  return markdownTable(columnsOf(conventions), rows);
}
