import { compareStats, pairModels } from "../compare-stats.js";
import type { Stats } from "../stats.js";
import { renderComparisonCsv } from "./comparison-csv.js";
import { renderComparisonMarkdown } from "./comparison-markdown.js";
import { type ComparisonOptions, renderComparison } from "./comparison-pretty.js";

export interface ComparedModels {
  readonly base: readonly Stats[];
  /** The path of the base, as the user wrote it. */
  readonly path: string;
  readonly now: readonly Stats[];
  /** Whether models that only the base has are reported as removed. */
  readonly gone: boolean;
}

/** Every current model compared with its counterpart of the base, in one of the formats of `lferc stats`. */
export function renderComparisons(
  { base, path, now, gone }: ComparedModels,
  format: "pretty" | "json" | "markdown" | "csv",
  options: ComparisonOptions,
): string {
  const comparisons = pairModels(base, now, gone).map(({ before, after }) =>
    compareStats({ path, stats: before }, after),
  );
  switch (format) {
    case "json":
      return comparisons.map((each) => `${JSON.stringify(each)}\n`).join("");
    case "csv":
      return comparisons.map((each, i) => renderComparisonCsv(each, options.conventions, i === 0)).join("");
    case "markdown":
      return renderComparisonMarkdown(comparisons, options.conventions, options.depth);
    case "pretty":
      return comparisons.map((each) => renderComparison(each, options)).join("\n");
  }
}
