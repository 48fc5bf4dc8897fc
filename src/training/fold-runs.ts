/** The folder of a cross-fitting: `run.json` describes it, `fold-1`, `fold-2`, ... are the runs. */

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { JsonObject } from "../formats/json-object.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import { version } from "../version.js";
import { runFiles } from "./run-files.js";
import { readIfThere, writeRunFile } from "./run-folder.js";
import { runSchemaVersion } from "./run-record.js";
import { firstDifference, opened, sealed } from "./sealed-json.js";

/** The value in `run.json` that distinguishes a cross-fitting from a run. */
export const foldsKind = "folds";

export interface FoldsToBegin {
  readonly recipe: ElaboratedRecipe;
  readonly folds: number;
  readonly seed: number;
  readonly sourceSha256: string;
  readonly set: ReadonlyMap<string, string>;
}

export const foldsOfRecipe = ({ settings }: ElaboratedRecipe): number => settings.train.fields.folds;

export const seedOfRecipe = ({ settings }: ElaboratedRecipe): number => settings.train.fields.seed;

/** What must be unchanged when a cross-fitting is resumed; each run checks the rest itself. */
const decisive = ({ kind, folds, seed, recipe, settings, sourceSha256 }: JsonObject): JsonObject => ({
  kind,
  folds,
  seed,
  recipe,
  settings,
  sourceSha256,
});

/** Writes the record of a new cross-fitting, or compares an existing one with the request. */
export async function beginFolds(folder: string, asked: FoldsToBegin): Promise<Problem | undefined> {
  const { recipe, folds, seed, sourceSha256, set } = asked;
  const record: JsonObject = {
    schemaVersion: runSchemaVersion,
    kind: foldsKind,
    id: randomUUID(),
    lferVersion: version,
    model: recipe.student.name,
    recipe: { name: recipe.name },
    settings: Object.fromEntries(set),
    folds,
    seed,
    sourceSha256,
  };
  const path = join(folder, runFiles.about);
  const bytes = await readIfThere(path);
  if (isProblem(bytes)) return bytes;
  if (bytes === undefined) return writeRunFile(folder, runFiles.about, sealed(record));
  const before = opened(bytes);
  if (typeof before === "string") return problem("train/bad-checkpoint", { path, reason: before });
  if (before.record.kind !== foldsKind) {
    const values = ["one", String(folds)] as const;
    return problem("train/another-run", { path: folder, field: "number of runs", values });
  }
  if (!before.isIntact) return problem("train/edited-run", { path, other: "this command", difference: undefined });
  const difference = firstDifference(decisive(before.record), decisive(record));
  return difference === undefined ? undefined : problem("train/another-run", { path: folder, ...difference });
}
