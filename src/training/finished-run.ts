/** Reads a run's folder: the recipe that it ran, and its trained networks. */

import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { beyondLimits } from "../formats/bounded-json.js";
import { isJsonObject } from "../formats/json-object.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import { loadWeights, type RefusedWeights } from "../weights/load-weights.js";
import { foldsKind } from "./fold-runs.js";
import type { TrainingPlan } from "./plan.js";
import { foldFolder, runFiles } from "./run-files.js";
import { opened } from "./sealed-json.js";

/** What `run.json` contains to make the run's networks again. */
export interface RunOrigin {
  readonly recipe: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly seed: number;
  /** The folders of its models: for cross-fitting one per part, else the run's own. */
  readonly folders: readonly string[];
  readonly isCrossFitting: boolean;
}

/** Size limit of a record: it names every broken picture, and nothing else in it grows. */
const recordBytes = 2 ** 28;

/** The maximum number of parts in cross-fitting (`run(folds: ...)`). */
const mostFolds = 100;

/** The origin of the run in a folder, or why there is none. Untrusted until checked. */
export async function readRunOrigin(folder: string, shown: string): Promise<RunOrigin | Problem> {
  const bad = (reason: string): Problem => problem("distill/no-run", { run: shown, reason });
  const bytes = await readRegularFile(join(folder, runFiles.about), recordBytes);
  if (typeof bytes === "string") return bad(`${runFiles.about}: ${bytes}`);
  const about = opened(bytes);
  if (typeof about === "string") return bad(`${runFiles.about}: ${about}`);
  if (!about.isIntact) return bad(`${runFiles.about} was changed after it was written: its digest does not match`);
  const { recipe, settings, seed, kind, folds } = about.record;
  const name = isJsonObject(recipe) ? recipe.name : undefined;
  const isWhole = typeof name === "string" && isJsonObject(settings) && Number.isSafeInteger(seed);
  const isFolds = kind === foldsKind;
  const isCounted = !isFolds || (Number.isSafeInteger(folds) && Number(folds) >= 2 && Number(folds) <= mostFolds);
  if (!isWhole || !isCounted) return bad(`something is missing in ${runFiles.about}`);
  const parts = Array.from({ length: Number(folds) }, (_, i) => join(folder, foldFolder(i + 1)));
  return {
    recipe: name,
    settings: new Map(Object.entries(settings).map(([key, value]) => [key, String(value)])),
    seed: Number(seed),
    folders: isFolds ? parts : [folder],
    isCrossFitting: isFolds,
  };
}

export interface RunWeights {
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** By output, labels that are in the file but not in the model. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
}

/** The best weights of the run in a folder. */
export async function readBestWeights(
  { deployed }: TrainingPlan,
  folder: string,
  shown: string,
): Promise<RunWeights | Omit<RefusedWeights, "kind">> {
  const bytes = await readRegularFile(join(folder, runFiles.best));
  if (typeof bytes === "string") {
    const reason = `${runFiles.best}: ${bytes}; has the run come to the end of an epoch?`;
    return { diagnostics: [problem("distill/no-run", { run: shown, reason }).diagnose({})] };
  }
  const loaded = loadWeights(deployed, { kind: "file", file: join(shown, runFiles.best), bytes });
  return loaded;
}

/** Larger files are rejected: this allows some five million names. */
const keyBytes = 2 ** 28;
const keyLimits = { depth: 1, values: 10_000_000 };

/** The pictures that a fold's run was evaluated on, and not trained on. */
export async function readOwnPart(folder: string, shown: string): Promise<readonly string[] | Problem> {
  const bad = (reason: string): Problem =>
    problem("distill/no-run", { run: shown, reason: `${runFiles.heldOut}: ${reason}` });
  const bytes = await readRegularFile(join(folder, runFiles.heldOut), keyBytes);
  if (typeof bytes === "string") return bad(bytes);
  const text = new TextDecoder().decode(bytes);
  const tooMuch = beyondLimits(text, keyLimits);
  if (tooMuch !== undefined) return bad(tooMuch);
  try {
    const keys: unknown = JSON.parse(text);
    const isList = Array.isArray(keys) && keys.every((key) => typeof key === "string");
    return isList ? (keys as readonly string[]) : bad("it is not a list of names");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return bad("it is not JSON");
  }
}

/** For each picture the part that it was in, from 0, if any. */
export async function readParts(
  { folders, isCrossFitting }: RunOrigin,
  shownOf: (folder: string) => string,
): Promise<ReadonlyMap<string, number> | Problem> {
  const parts = new Map<string, number>();
  if (!isCrossFitting) return parts;
  for (const [index, folder] of folders.entries()) {
    const keys = await readOwnPart(folder, shownOf(folder));
    if (isProblem(keys)) return keys;
    for (const key of keys) {
      if (parts.has(key)) {
        const reason = `${key} is in two parts: each picture has one model that never saw it`;
        return problem("distill/no-run", { run: shownOf(folder), reason });
      }
      parts.set(key, index);
    }
  }
  return parts;
}
