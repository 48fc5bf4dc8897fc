/** The contents of a run's `run.json` for commands that only use the run. */

import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { isJsonObject } from "../formats/json-object.js";
import type { ThingOf } from "../recipe/signatures.js";
import { readThing } from "../recipe/thing.js";
import { foldsKind } from "./fold-runs.js";
import { runFiles } from "./run-files.js";
import { readIfThere } from "./run-folder.js";
import { runSchemaVersion } from "./run-record.js";
import { opened } from "./sealed-json.js";

export interface RunAbout {
  readonly folder: string;
  /** Name of the recipe that was trained. */
  readonly recipe: string;
  /** The student's model. */
  readonly model: string;
  /** The settings of `--set`. */
  readonly settings: ReadonlyMap<string, string>;
  readonly seed: number;
  /** The value of `--limit`. */
  readonly limit: number | undefined;
  readonly sourceSha256: string;
  /** The recipe's data set; undefined if the run used drawn faces. */
  readonly data: ThingOf<"data"> | undefined;
  /** The value of `--data`; relative to the folder in which the run was started. */
  readonly dataSaid: string | undefined;
}

/** Whether a folder of this name exists: a run, or a folder that the user takes for one. */
export const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (about) => about.isDirectory(),
    () => false,
  );

/** The run of the teacher, in the folder of a student that may not have started. */
export function runOfTeacher(folder: string): string | undefined {
  const teacher = join(folder, runFiles.teacher);
  return existsSync(join(teacher, runFiles.about)) ? teacher : undefined;
}

/** Reads `run.json` of a folder, or says why it is not a usable run. */
export async function readRunAbout(folder: string): Promise<RunAbout | Problem> {
  const path = join(folder, runFiles.about);
  const bytes = await readIfThere(path);
  if (isProblem(bytes)) return bytes;
  if (bytes === undefined) return problem("eval/no-run", { path: folder, teacher: runOfTeacher(folder) });
  const read = opened(bytes);
  const bad = (reason: string): Problem => problem("train/bad-checkpoint", { path, reason });
  if (typeof read === "string") return bad(read);
  const { record } = read;
  const { schemaVersion: version } = record;
  if (typeof version === "number" && version > runSchemaVersion) {
    return problem("eval/newer-run", { path, schemaVersion: version, known: runSchemaVersion });
  }
  if (!read.isIntact) return bad("it was edited: its digest does not match");
  if (record.kind === foldsKind) return problem("eval/no-epoch", { path: folder, folds: Number(record.folds) });
  const { recipe, model, settings, seed, limit, sourceSha256 } = record;
  if (
    !isJsonObject(recipe) ||
    typeof recipe.name !== "string" ||
    typeof model !== "string" ||
    !isJsonObject(settings) ||
    typeof seed !== "number" ||
    typeof sourceSha256 !== "string"
  ) {
    return bad("something is missing in it");
  }
  return {
    folder,
    recipe: recipe.name,
    model,
    settings: new Map(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    seed,
    limit: typeof limit === "number" ? limit : undefined,
    sourceSha256,
    data: dataOf(recipe.data),
    dataSaid: saidIn(record.commandLine, "--data"),
  };
}

/** The value of a flag in a record's command line: `--data faces` or `--data=faces`. */
function saidIn(commandLine: unknown, flag: string): string | undefined {
  const words: readonly unknown[] = Array.isArray(commandLine) ? commandLine : [];
  const at = words.findIndex((word) => word === flag || (typeof word === "string" && word.startsWith(`${flag}=`)));
  const word = words[at];
  const value = word === flag ? words[at + 1] : typeof word === "string" ? word.slice(flag.length + 1) : undefined;
  return typeof value === "string" ? value : undefined;
}

/** Number of epochs in a run's metrics. */
export async function epochsDone(folder: string): Promise<number> {
  const bytes = await readIfThere(join(folder, runFiles.metrics));
  if (bytes === undefined || isProblem(bytes)) return 0;
  return bytes.filter((byte) => byte === lineEnd).length;
}

const lineEnd = 0x0a;

/** Restores a recipe's `data` from the record's `{ "folder": { "path": ... } }`; augmentations are left out. */
function dataOf(written: unknown): ThingOf<"data"> | undefined {
  const [name = "", fields] = isJsonObject(written) ? (Object.entries(written)[0] ?? []) : [];
  return isJsonObject(fields) ? readThing("data", name, fields) : undefined;
}
