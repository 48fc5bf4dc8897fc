/** A study's results as tables: one line per run for programs, one per row for people. */
import { csvLines } from "../analysis/render/table.js";
import type { Column, TableRow } from "../diagnostics/text-table.js";
import { settingsText } from "./settings.js";
import { type Spread, spreadOf } from "./statistics.js";
import type { RunStatus, StudyRow } from "./study.js";

/** The costs of a row, by column: `params` 1283024. */
export type Costs = ReadonlyMap<string, number>;

export interface RowFigures {
  readonly row: StudyRow;
  readonly costs: Costs;
  /** Number of planned runs. */
  readonly planned: number;
  /** Over the finished runs. */
  readonly accuracy: Spread | undefined;
  readonly meanClassAccuracy: Spread | undefined;
}

export function figuresOf(statuses: readonly RunStatus[], costsOf: (row: StudyRow) => Costs): readonly RowFigures[] {
  const rows = [...new Set(statuses.map(({ planned }) => planned.row))];
  return rows.map((row) => {
    const own = statuses.filter(({ planned }) => planned.row === row);
    const best = own.flatMap(({ state, found }) => (state === "finished" ? (found?.best ?? []) : []));
    return {
      row,
      costs: costsOf(row),
      planned: own.length,
      accuracy: spreadOf(best.map(({ accuracy }) => accuracy)),
      meanClassAccuracy: spreadOf(best.map(({ meanClassAccuracy }) => meanClassAccuracy)),
    };
  });
}

/** `87.12 ± 0.31`, in per cent. */
function spreadText(spread: Spread | undefined): string {
  if (spread === undefined) return "-";
  const percent = (share: number): string => (share * 100).toFixed(2);
  return spread.deviation === undefined
    ? percent(spread.mean)
    : `${percent(spread.mean)} ± ${percent(spread.deviation)}`;
}

const left = (title: string): Column => ({ title, align: "left" });
const right = (title: string, weight?: number): Column => ({ title, align: "right", weight });

/** The table for people. */
export function studyTable(figures: readonly RowFigures[]): {
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
} {
  const [first] = figures;
  const cells = [...(first?.row.cells.keys() ?? [])];
  const costs = [...(first?.costs.keys() ?? [])];
  return {
    columns: [
      ...cells.map(left),
      ...costs.map((name, i) => right(name, i === 0 ? undefined : 1)),
      right("seeds", 2),
      right("accuracy, %"),
      right("mean-class, %"),
    ],
    rows: figures.map(({ row, costs: own, planned, accuracy, meanClassAccuracy }) => {
      const count = accuracy?.count ?? 0;
      return {
        cells: [
          ...cells.map((name) => row.cells.get(name) ?? ""),
          ...costs.map((name) => (own.get(name) ?? 0).toLocaleString("en-US")),
          count === planned ? String(planned) : `${count} of ${planned}`,
          spreadText(accuracy),
          spreadText(meanClassAccuracy),
        ],
      };
    }),
  };
}

/** One line per run with exact numbers; missing values are empty. */
export function resultsCsv(
  statuses: readonly RunStatus[],
  figures: readonly RowFigures[],
  folderOf: (status: RunStatus) => string,
): string {
  const costsOf = new Map(figures.map(({ row, costs }) => [row, costs] as const));
  const cells = [...(statuses[0]?.planned.row.cells.keys() ?? [])];
  const costs = [...(figures[0]?.costs.keys() ?? [])];
  const titles = [
    ...cells,
    ...(cells.includes("recipe") ? [] : ["recipe"]),
    "settings",
    "seed",
    "state",
    "epochs",
    "best_epoch",
    "accuracy",
    "mean_class_accuracy",
    "loss",
    "seconds",
    ...costs.map((name) => name.replaceAll(/[^\w]+/g, "_").replace(/_$/, "")),
    "folder",
  ];
  const text = (value: number | undefined): string => (value === undefined ? "" : String(value));
  const lines = statuses.map((status) => {
    const { planned, state, found } = status;
    const { row, seed } = planned;
    const { best } = found ?? {};
    return [
      ...cells.map((name) => row.cells.get(name) ?? ""),
      ...(cells.includes("recipe") ? [] : [row.recipe]),
      settingsText(row.settings),
      String(seed),
      state,
      text(found?.done),
      text(best?.epoch),
      text(best?.accuracy),
      text(best?.meanClassAccuracy),
      text(best?.loss),
      text(found?.seconds),
      ...costs.map((name) => text(costsOf.get(row)?.get(name))),
      folderOf(status),
    ];
  });
  return csvLines([titles, ...lines]);
}
