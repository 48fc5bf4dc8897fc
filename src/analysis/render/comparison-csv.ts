import type { ConventionName } from "../../recipe/measures.js";
import type { ComparedLayer, StatsComparison } from "../compare-stats.js";
import { figureIn, figuresOf } from "./figures.js";
import { csvLines } from "./table.js";

/** One line for each layer that was added, removed, changed or moved; exact numbers of both sides. */
export function renderComparisonCsv(
  { model, layers }: StatsComparison,
  conventions: readonly ConventionName[],
  header = true,
): string {
  const figures = figuresOf(conventions);
  const titles = ["op", "output", "params", ...figures.map(({ title }) => title)];
  const cells = (layer: ComparedLayer | undefined): readonly string[] =>
    layer === undefined
      ? titles.map(() => "")
      : [
          layer.op,
          layer.outputShape.join("x"),
          String(layer.params),
          ...figures.map((figure) => figureText(figureIn(layer.counts, figure))),
        ];
  const line = (change: string, path: string, was: string, before?: ComparedLayer, after?: ComparedLayer) => {
    const [old, now] = [cells(before), cells(after)];
    return [model, change, path, was, ...titles.flatMap((_, i) => [old[i] ?? "", now[i] ?? ""])];
  };
  const head = ["model", "change", "path", "old path", ...titles.flatMap((title) => [`${title} before`, title])];
  return csvLines([
    ...(header ? [head] : []),
    ...layers.added.map((layer) => line("added", layer.path, "", undefined, layer)),
    ...layers.removed.map((layer) => line("removed", layer.path, "", layer)),
    ...layers.changed.map(({ path, before, after }) => line("changed", path, "", before, after)),
    ...layers.moved.map(({ from, to }) => line("moved", to, from)),
  ]);
}

/** A figure that is missing in the record is empty. */
const figureText = (value: number): string => (Number.isNaN(value) ? "" : String(value));
