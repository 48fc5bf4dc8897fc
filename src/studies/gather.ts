/** Finds runs on disk: any folder with a `run.json` and a `metrics.jsonl`, wherever it was trained. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beyondLimits } from "../formats/bounded-json.js";
import { type EpochRecord, isEpochRecord } from "../training/metrics.js";
import { runFiles } from "../training/run-files.js";
import { opened } from "../training/sealed-json.js";
import { identityOf } from "./settings.js";

/** The best epoch of a run, by its held-out pictures. */
export interface BestEpoch {
  readonly epoch: number;
  readonly accuracy: number;
  readonly meanClassAccuracy: number;
  readonly loss: number;
}

export interface FoundRun {
  readonly folder: string;
  readonly identity: string;
  readonly sourceSha256: string;
  /** Of the pictures. */
  readonly fingerprint: string;
  readonly limit: number | undefined;
  /** The requested number. */
  readonly epochs: number;
  /** The number of finished ones. */
  readonly done: number;
  readonly isThrough: boolean;
  readonly best: BestEpoch | undefined;
  readonly seconds: number;
}

/** Limits on the size of a file and the number of folders. */
const mostBytes = 64 * 2 ** 20;
const mostFolders = 100_000;
const deepest = 4;
const lineLimits = { depth: 5, values: 1000 };

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    const about = await stat(path);
    return about.isFile() && about.size <= mostBytes ? await readFile(path) : undefined;
  } catch {
    return undefined;
  }
}

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const wholeOf = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);

function parsedLine(line: string): unknown {
  if (beyondLimits(line, lineLimits) !== undefined) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The epochs of a run, in order; reading ends at an invalid line. */
export async function epochsIn(folder: string): Promise<readonly EpochRecord[]> {
  const bytes = await bytesOf(join(folder, runFiles.metrics));
  const records: EpochRecord[] = [];
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    const value = parsedLine(line);
    if (!isEpochRecord(value)) break;
    records.push(value);
  }
  return records;
}

/** Highest accuracy, then lowest loss, then the earliest; uses the moving average of the weights if that was better. */
function bestOf(records: readonly EpochRecord[]): BestEpoch | undefined {
  const scores = records.flatMap((record): BestEpoch[] => {
    const { epoch, averageValidationAccuracy: accuracy, averageValidationLoss: loss } = record;
    const meanClassAccuracy = record.averageValidationMeanClassAccuracy;
    const own = {
      epoch,
      accuracy: record.validationAccuracy,
      meanClassAccuracy: record.validationMeanClassAccuracy,
      loss: record.validationLoss,
    };
    return accuracy === undefined || loss === undefined || meanClassAccuracy === undefined
      ? [own]
      : [own, { epoch, accuracy, meanClassAccuracy, loss }];
  });
  return scores.reduce<BestEpoch | undefined>(
    (best, score) =>
      best === undefined ||
      score.accuracy > best.accuracy ||
      (score.accuracy === best.accuracy && score.loss < best.loss)
        ? score
        : best,
    undefined,
  );
}

/** The best epoch according to the run's record, if it has one: the recipe may choose by another measure than accuracy. */
function toldBest(result: Json): BestEpoch | undefined {
  const { epoch, accuracy, meanClassAccuracy, loss } = objectOf(result.best);
  const numbers = [epoch, accuracy, meanClassAccuracy, loss];
  return numbers.every(Number.isFinite) ? ({ epoch, accuracy, meanClassAccuracy, loss } as BestEpoch) : undefined;
}

/** The run in a folder; undefined if there is none, or its record is unreadable. */
export async function readRun(folder: string): Promise<FoundRun | undefined> {
  const bytes = await bytesOf(join(folder, runFiles.about));
  const read = bytes === undefined ? undefined : opened(bytes);
  if (read === undefined || typeof read === "string") return undefined;
  const { record } = read;
  const { name: recipe } = objectOf(record.recipe);
  const seed = wholeOf(record.seed);
  const epochs = wholeOf(record.epochs);
  if (typeof recipe !== "string" || seed === undefined || epochs === undefined) return undefined;
  const settings = Object.entries(objectOf(record.settings)).map(([name, value]) => [name, String(value)] as const);
  const records = await epochsIn(folder);
  const hasModel = (await stat(join(folder, runFiles.onnx)).catch(() => undefined)) !== undefined;
  const result = record.result === undefined ? undefined : objectOf(record.result);
  return {
    folder,
    identity: identityOf(recipe, new Map(settings), seed),
    sourceSha256: String(record.sourceSha256),
    fingerprint: String(objectOf(record.data).fingerprint),
    limit: wholeOf(record.limit),
    epochs,
    done: records.length,
    // A model may have been built from a stopped run; early stopping is noted in the record.
    isThrough: hasModel && (result !== undefined || records.length >= epochs),
    best: (result === undefined ? undefined : toldBest(result)) ?? bestOf(records),
    seconds: records.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** Every run below a folder, ordered by path; a run's folder is not searched for others. */
export async function findRuns(folder: string): Promise<readonly FoundRun[]> {
  const found: FoundRun[] = [];
  let looked = 0;
  const search = async (place: string, depth: number): Promise<void> => {
    if (++looked > mostFolders) return;
    const run = await readRun(place);
    if (run !== undefined) {
      found.push(run);
      return;
    }
    if (depth === deepest) return;
    const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory() && !entry.name.startsWith(".")) await search(join(place, entry.name), depth + 1);
    }
  };
  await search(folder, 0);
  return found;
}
