/** The definition and the results of a study, for programs: `study.json`. */
import type { Spread } from "./statistics.js";
import type { RunStatus } from "./study.js";
import type { RowFigures } from "./study-tables.js";

export const studyFiles = {
  about: "study.json",
  results: "results.csv",
  table: "table.md",
  plot: "plot.svg",
} as const;

/** The request. */
export interface StudyAbout {
  readonly kind: "sweep" | "ablate";
  /** The path of the source file, as typed. */
  readonly path: string;
  readonly sourceSha256: string;
  readonly data: string | undefined;
  readonly epochs: number | undefined;
  readonly limit: number | undefined;
  readonly seeds: number;
}

const plainSpread = (spread: Spread | undefined): unknown =>
  spread === undefined ? null : { ...spread, deviation: spread.deviation ?? null };

export function studyJson(
  about: StudyAbout,
  statuses: readonly RunStatus[],
  figures: readonly RowFigures[],
  folderOf: (status: RunStatus) => string,
): string {
  const { data = null, epochs = null, limit = null, ...said } = about;
  const rows = figures.map(({ row, costs, accuracy, meanClassAccuracy }) => ({
    cells: Object.fromEntries(row.cells),
    recipe: row.recipe,
    settings: Object.fromEntries(row.settings),
    costs: Object.fromEntries(costs),
    accuracy: plainSpread(accuracy),
    meanClassAccuracy: plainSpread(meanClassAccuracy),
    runs: statuses
      .filter(({ planned }) => planned.row === row)
      .map((status) => ({
        seed: status.planned.seed,
        folder: folderOf(status),
        state: status.state,
        epochs: status.found?.done ?? 0,
        best: status.found?.best ?? null,
      })),
  }));
  return `${JSON.stringify({ schemaVersion: 1, ...said, data, epochs, limit, rows }, undefined, 2)}\n`;
}
