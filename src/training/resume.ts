/**
 * Finds the run to resume in a folder. A run resumes after the last epoch in state.json. A folder with another run, or with edited
 * files, is rejected; the error names the field that differs, with both values.
 */

import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import { isJsonObject, type JsonObject } from "../formats/json-object.js";
import { type Checkpoint, readCheckpoint, readState } from "./checkpoint.js";
import { runFiles } from "./run-files.js";
import { readIfThere } from "./run-folder.js";
import { decisive, withoutEnd } from "./run-record.js";
import { type Difference, firstDifference, type Opened, opened } from "./sealed-json.js";

export interface FoundRun {
  readonly id: string;
  /** The contents of run.json. */
  readonly record: JsonObject;
  /** Undefined if no epoch is complete. */
  readonly checkpoint: Checkpoint | undefined;
  /** Whether all files that are made from the checkpoint were written: a run may be killed before that. */
  readonly isComplete: boolean;
  /** Missing files that can be made from the checkpoint. */
  readonly missing: readonly string[];
  /** Differences that are allowed: the length, the engine. */
  readonly changes: readonly Difference[];
}

export interface ResumeRequest {
  readonly folder: string;
  /** The record that the run would have if it started now. */
  readonly now: JsonObject;
  /** Whether a length was requested: only then may it differ. */
  readonly mayChangeLength: boolean;
  /** Names of the step's slots, and their numbers of elements. */
  readonly slots: ReadonlyMap<string, number>;
  /** What earlier versions called a slot, if it was something else. */
  readonly formerly?: (name: string) => string | undefined;
}

/** The difference that makes two records those of different runs. */
const differenceOf = (a: JsonObject, b: JsonObject): Difference | undefined =>
  firstDifference(decisive(a), decisive(b)) ?? firstDifference({ epochs: a.epochs }, { epochs: b.epochs });

/** The run in a folder; undefined if there is none. */
export async function findRun({ folder, now, mayChangeLength, slots, formerly }: ResumeRequest) {
  const [path, statePath] = [join(folder, runFiles.about), join(folder, runFiles.state)];
  const bytes = await readIfThere(path);
  if (isProblem(bytes)) return bytes;
  const state = await readState(folder);
  if (isProblem(state)) return state;
  if (bytes === undefined) {
    if (state === undefined) return undefined;
    return problem("train/bad-checkpoint", { path, reason: "it is missing; it says which run this is" });
  }
  const about = opened(bytes);
  if (typeof about === "string") return problem("train/bad-checkpoint", { path, reason: about });
  const before = about.record;
  const wrong =
    (state === undefined ? undefined : stateMisfit(path, about, statePath, state)) ?? untouched(path, about, now);
  if (wrong !== undefined) return wrong;
  const another = firstDifference(decisive(before), decisive(now));
  const length = firstDifference({ epochs: before.epochs }, { epochs: now.epochs });
  const refused = another ?? (mayChangeLength ? undefined : length);
  if (refused !== undefined) return problem("train/another-run", { path: folder, ...refused });
  const checkpoint = state === undefined ? undefined : await readCheckpoint(folder, state, slots, formerly);
  if (isProblem(checkpoint)) return checkpoint;
  const files = checkpoint === undefined ? { isComplete: true, missing: [] } : await filesFit(folder, checkpoint);
  if (isProblem(files)) return files;
  const freely = (record: JsonObject): JsonObject => {
    const { engine, lferVersion, nodeVersion } = record;
    const { name, threads } = isJsonObject(engine) ? engine : {};
    return { engine: name, threads, lferVersion, nodeVersion };
  };
  const others = Object.keys(freely(now)).flatMap((key) => {
    const found = firstDifference({ [key]: freely(before)[key] }, { [key]: freely(now)[key] });
    return found ?? [];
  });
  const changes = [...(length === undefined ? [] : [length]), ...others];
  const found: FoundRun = { id: String(before.id), record: before, checkpoint, ...files, changes };
  return found;
}

/** Problems of `run.json` itself. */
function untouched(path: string, { record, isIntact }: Opened, now: JsonObject): Problem | undefined {
  if (isIntact) return undefined;
  return problem("train/edited-run", { path, other: "this command", difference: differenceOf(record, now) });
}

/** Problems of `run.json` and `state.json` together. */
function stateMisfit(path: string, about: Opened, statePath: string, state: Opened): Problem | undefined {
  const { run: found } = state.record;
  if (!isJsonObject(found))
    return problem("train/bad-checkpoint", { path: statePath, reason: "something is missing in it" });
  // The fields about the end are written after the last epoch.
  const [run, own] = [withoutEnd(found), withoutEnd(about.record)];
  if (about.isIntact && state.isIntact) {
    if (about.record.id === run.id) return undefined;
    const difference = differenceOf(run, about.record) ?? firstDifference({ id: run.id }, { id: about.record.id });
    return difference && problem("train/state-of-another-run", { path: statePath, other: path, ...difference });
  }
  const [edited, ours, other, theirs] = about.isIntact ? [statePath, run, path, own] : [path, own, statePath, run];
  const difference = firstDifference(ours, theirs);
  // If the run in a state.json is unchanged, its other fields are checked where they are read.
  if (about.isIntact && difference === undefined) return undefined;
  return problem("train/edited-run", { path: edited, other, difference });
}

interface FoundFiles {
  readonly isComplete: boolean;
  readonly missing: readonly string[];
}

/**
 * Whether the files made from a checkpoint exist. Those of its last epoch may not have been written yet; any other difference
 * is a problem.
 */
async function filesFit(folder: string, { standing, bestSha256 }: Checkpoint): Promise<FoundFiles | Problem> {
  const bad = (name: string, reason: string): Problem =>
    problem("train/bad-checkpoint", { path: join(folder, name), reason });
  const { best, epochsDone, records } = standing;
  const bytes = await readIfThere(join(folder, runFiles.metrics));
  if (isProblem(bytes)) return bytes;
  const last = await readIfThere(join(folder, runFiles.last));
  if (isProblem(last)) return last;
  const missing = [...(last === undefined ? [runFiles.last] : []), ...(bytes === undefined ? [runFiles.metrics] : [])];
  const lines = bytes === undefined ? [] : linesOf(bytes);
  const meant = records.map((record) => JSON.stringify(record));
  const differing = lines.findIndex((line, i) => i < meant.length && line !== meant[i]);
  if (differing >= 0) {
    const reason = `its line ${differing + 1} is not what ${runFiles.state} has of epoch ${differing + 1}`;
    return bad(runFiles.metrics, reason);
  }
  if (lines.length > meant.length || (bytes !== undefined && lines.length < meant.length - 1)) {
    return bad(runFiles.metrics, `it has ${lines.length} epochs, ${runFiles.state} has ${meant.length}`);
  }
  // It is written last.
  const isComplete = lines.length === meant.length && last !== undefined;
  if (best === undefined || (lines.length < meant.length && best.epoch === epochsDone)) return { isComplete, missing };
  const weights = await readIfThere(join(folder, runFiles.best));
  if (isProblem(weights)) return weights;
  if (weights === undefined) return bad(runFiles.best, "it is missing");
  if (sha256([weights]) !== bestSha256) return bad(runFiles.best, "it is not the file that was written");
  return { isComplete, missing };
}

const linesOf = (bytes: Uint8Array): readonly string[] =>
  new TextDecoder()
    .decode(bytes)
    .split("\n")
    .filter((line) => line !== "");
