/** A study: runs that differ in settings and seed, and what has become of each. */
import type { FoundRun } from "./gather.js";
import { folderOf, identityOf, type Settings } from "./settings.js";

/** Runs of one row of the table: alike but for their seed. */
export interface StudyRow {
  /** What the table calls it, by column: `beta` 0.2, or `model` and `recipe`. */
  readonly cells: ReadonlyMap<string, string>;
  readonly recipe: string;
  /** For its folder's name, before the settings. */
  readonly title: string;
  /** All that `--set` says to its runs. */
  readonly settings: Settings;
}

export interface PlannedRun {
  readonly row: StudyRow;
  readonly seed: number;
  readonly identity: string;
  /** Below the study's folder, with forward slashes. */
  readonly folder: string;
}

/** Every run of a study, row by row: so many seeds of each, the recipe's own first. */
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

/** What a study wants of every run. */
export interface Wanted {
  /** Of each row's own recipe, unless the command line says it. */
  epochsOf(row: StudyRow): number;
  /** At most so many pictures. */
  readonly limit: number | undefined;
}

export type RunState =
  /** It is through, and as long as was asked for. */
  "finished" | "begun" | "missing";

export interface RunStatus {
  readonly planned: PlannedRun;
  readonly state: RunState;
  readonly found: FoundRun | undefined;
}

/** Which of the planned runs are there, wherever they lie. */
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

/** A finished run that differs from others in what should be alike for their figures to be compared. */
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
    // Which pictures are held out, or taken where there is a limit, hangs on the seed: only runs of one seed must have the same.
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
    // Longer than asked for: it was gone on with before.
    ...runs.flatMap(({ found, asked }) =>
      found.epochs > asked ? [{ what: "epochs", values: [String(found.epochs), `${asked} asked for`] }] : [],
    ),
  ].slice(0, 3);
}
