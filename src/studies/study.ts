/** A study: runs that differ in settings and seed, and the state of each. */
import type { FoundRun } from "./gather.js";
import { folderOf, identityOf, type Settings } from "./settings.js";

/** The runs of one row of the table, which differ only in their seed. */
export interface StudyRow {
  /** Its cells, by column: `beta` 0.2, or `model` and `recipe`. */
  readonly cells: ReadonlyMap<string, string>;
  readonly recipe: string;
  /** The beginning of its folder's name, before the settings. */
  readonly title: string;
  /** All `--set` values of its runs. */
  readonly settings: Settings;
}

export interface PlannedRun {
  readonly row: StudyRow;
  readonly seed: number;
  readonly identity: string;
  /** Relative to the study's folder, with forward slashes. */
  readonly folder: string;
}

/** Every run of a study, row by row: several seeds each, beginning with the recipe's own. */
export function planRuns(
  rows: readonly StudyRow[],
  seeds: number,
  firstSeedOf: (row: StudyRow) => number,
): readonly PlannedRun[] {
  return rows.flatMap((row) =>
    Array.from({ length: seeds }, (_, i) => firstSeedOf(row) + i).map((seed) => ({
      row,
      seed,
      identity: identityOf(row.recipe, row.settings, seed),
      folder: `${folderOf(row.title, row.settings)}/seed-${seed}`,
    })),
  );
}

/** Requirements of a study for every run. */
export interface Wanted {
  /** By default that of each row's own recipe. */
  epochsOf(row: StudyRow): number;
  /** Maximum number of pictures. */
  readonly limit: number | undefined;
}

export type RunState =
  /** Finished means complete, with the requested number of epochs. */
  "finished" | "begun" | "missing";

export interface RunStatus {
  readonly planned: PlannedRun;
  readonly state: RunState;
  readonly found: FoundRun | undefined;
}

/** Which of the planned runs exist, wherever they are. */
export function statusOf(
  planned: readonly PlannedRun[],
  found: readonly FoundRun[],
  { epochsOf }: Wanted,
): readonly RunStatus[] {
  const byIdentity = new Map(found.toReversed().map((run) => [run.identity, run] as const));
  return planned.map((each) => {
    const run = byIdentity.get(each.identity);
    if (run === undefined) return { planned: each, state: "missing", found: undefined };
    const state = run.isThrough && run.epochs >= epochsOf(each.row) ? "finished" : "begun";
    return { planned: each, state, found: run };
  });
}

/** A finished run that differs from others in something that must be equal for a comparison. */
export interface Mixture {
  readonly what: string;
  readonly values: readonly string[];
}

export function mixtures(statuses: readonly RunStatus[], { epochsOf, limit }: Wanted): readonly Mixture[] {
  const runs = statuses.flatMap(({ planned, state, found }) =>
    state === "finished" && found !== undefined ? [{ found, seed: planned.seed, asked: epochsOf(planned.row) }] : [],
  );
  const several = (what: string, values: readonly string[]): readonly Mixture[] => {
    const different = [...new Set(values)];
    return different.length > 1 ? [{ what, values: different }] : [];
  };
  return [
    // Held-out pictures, and the selection under a limit, depend on the seed: only runs of one seed must have the same.
    ...[...new Set(runs.map(({ seed }) => seed))].flatMap((seed) =>
      several(
        `pictures at seed ${seed}`,
        runs.filter((run) => run.seed === seed).map(({ found }) => found.fingerprint.slice(0, 12)),
      ),
    ),
    ...runs.flatMap(({ found }) =>
      found.limit === limit
        ? []
        : [{ what: "--limit", values: [String(found.limit ?? "none"), `${limit ?? "none"} asked for`] }],
    ),
    // Longer than requested: it was continued before.
    ...runs.flatMap(({ found, asked }) =>
      found.epochs > asked ? [{ what: "epochs", values: [String(found.epochs), `${asked} asked for`] }] : [],
    ),
  ].slice(0, 3);
}
