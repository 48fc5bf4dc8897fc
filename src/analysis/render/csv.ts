import type { ConventionName } from "../../recipe/measures.js";
import type { Stats } from "../stats.js";
import { figureIn, figuresOf } from "./figures.js";
import { csvLines } from "./table.js";

/** One line per layer without totals, exact numbers; `header` is left out if files of several models are joined. */
export function renderCsv(stats: Stats, conventions: readonly ConventionName[], header = true): string {
  const figures = figuresOf(conventions);
  const titles = ["model", "path", "op", "source", "output", "params", "shared_with", ...figures.map((f) => f.title)];
  const rows = stats.layers.map((layer) => [
    stats.model,
    layer.path,
    layer.op,
    layer.source ?? "",
    layer.outputShape.join("x"),
    String(layer.params),
    layer.sharedWith ?? "",
    ...figures.map((figure) => String(figureIn(layer.counts, figure))),
  ]);
  return csvLines(header ? [titles, ...rows] : rows);
}
