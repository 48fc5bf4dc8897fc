/**
 * Reads the contents of a run's folder, finished or not. Every file is untrusted until checked; a broken one affects only its
 * own part.
 */

import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { beyondLimits } from "../formats/bounded-json.js";
import type { JsonObject } from "../formats/json-object.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import type { Answers } from "../judging/answers.js";
import { readAnswersTable } from "../judging/answers-table.js";
import { foldsKind } from "./fold-runs.js";
import { type Best, type BestBy, type EpochRecord, isBest, isBetter, isEpochRecord } from "./metrics.js";
import { runOfTeacher } from "./run-about.js";
import { runFiles } from "./run-files.js";
import { opened } from "./sealed-json.js";

export interface ReadRun {
  readonly folder: string;
  /** `run.json`; its fields are not checked here. */
  readonly about: JsonObject;
  readonly records: readonly EpochRecord[];
  readonly best: Best | undefined;
  /** Predictions of the best weights for the held-out pictures. */
  readonly answers: Answers | undefined;
  /** The text of `model.lfer`. */
  readonly source: string | undefined;
  /** Whether the folder has a lock; its process may have been killed. */
  readonly isLocked: boolean;
  /** Sizes in bytes of the main files of a run. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Files that could not be read. */
  readonly warnings: readonly Problem[];
}

const mebibyte = 2 ** 20;

/** Size limits: longer texts would exceed V8's maximum string length. */
const limits = {
  about: 64 * mebibyte,
  metrics: 64 * mebibyte,
  state: 64 * mebibyte,
  answers: 400 * mebibyte,
  source: 8 * mebibyte,
};

const absent = "there is no such file";

export async function readRun(folder: string): Promise<ReadRun | Problem> {
  const about = await readRegularFile(join(folder, runFiles.about), limits.about);
  const record = typeof about === "string" ? about : opened(about);
  if (typeof record === "string") {
    return problem("report/no-run", {
      path: folder,
      reason: record,
      teacher: about === absent ? runOfTeacher(folder) : undefined,
    });
  }
  if (record.record.kind === foldsKind) {
    const reason = `it holds the ${Number(record.record.folds)} runs of a cross-fitting; name one of them, such as fold-1`;
    return problem("report/no-run", { path: folder, reason });
  }
  const warnings: Problem[] = [];
  if (!record.isIntact) warnings.push(problem("report/edited-run", { path: join(folder, runFiles.about) }));
  /** Applies `read` to a file's text; undefined if the file is missing, or a warning was reported. */
  const made = async <T extends object>(
    name: string,
    limit: number,
    read: (text: string, path: string) => T | string,
  ): Promise<T | undefined> => {
    const path = join(folder, name);
    const bytes = await readRegularFile(path, limit);
    if (bytes === absent) return undefined;
    const text = typeof bytes === "string" ? undefined : utf8(bytes);
    const found = typeof bytes === "string" ? bytes : text === undefined ? "it is not UTF-8" : read(text, path);
    if (typeof found !== "string") return found;
    warnings.push(problem("report/left-out", { path, reason: found }));
    return undefined;
  };
  const records = (await made(runFiles.metrics, limits.metrics, readMetrics)) ?? [];
  const { result } = record.record;
  // During a resumed run, those of an earlier end are still there: they belong to other weights.
  const answers = result === undefined ? undefined : await made(runFiles.answers, limits.answers, answersToShow);
  const source = await made(runFiles.model, limits.source, (text) => ({ text }));
  return {
    folder,
    about: record.record,
    records,
    best: (await bestInState(folder)) ?? bestOf(records, measureIn(record.record)),
    answers,
    source: source?.text,
    isLocked: existsSync(join(folder, runFiles.lock)),
    sizes: await sizesIn(folder, [runFiles.best, runFiles.onnx]),
    warnings,
  };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Limit on classes: the confusion matrix grows with the square, and larger ones are unreadable. */
const classesAtMost = 3000;

function answersToShow(text: string, path: string): Answers | string {
  const read = readAnswersTable(text, path);
  if (isProblem(read)) return read.diagnose({}).message;
  const { length } = read.classes;
  return length > classesAtMost ? `${length} classes are more than can be shown, ${classesAtMost}` : read;
}

/** A line is a flat record of a few numbers. */
const lineLimits = { depth: 4, values: 1000 };

/** The epochs of a `metrics.jsonl`, or what is wrong with it, with the line number. */
export function readMetrics(text: string): readonly EpochRecord[] | string {
  const records: EpochRecord[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = beyondLimits(line, lineLimits) === undefined ? parsed(line) : undefined;
    if (!isEpochRecord(value)) return `line ${i + 1} is not a record of an epoch that this lferc knows`;
    if (value.epoch !== records.length + 1) return `line ${i + 1} is epoch ${value.epoch}, not ${records.length + 1}`;
    records.push(value);
  }
  return records;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The best weights according to the state, the most reliable source. */
async function bestInState(folder: string): Promise<Best | undefined> {
  const bytes = await readRegularFile(join(folder, runFiles.state), limits.state);
  const state = typeof bytes === "string" ? bytes : opened(bytes);
  return typeof state !== "string" && state.isIntact && isBest(state.record.best) ? state.record.best : undefined;
}

/** The measure by which the recipe chooses the best epoch. */
function measureIn({ recipe }: JsonObject): BestBy {
  const { train } = (recipe ?? {}) as { readonly train?: unknown };
  const runs = Object.values(train ?? {}) as readonly ({ readonly best_by?: unknown } | null)[];
  return runs.some((run) => run?.best_by === "mean_class_accuracy") ? "mean_class_accuracy" : "accuracy";
}

/** The best epoch according to the records, if the state is missing. */
function bestOf(records: readonly EpochRecord[], by: BestBy): Best | undefined {
  let best: Best | undefined;
  for (const record of records) {
    const { epoch, averageValidationLoss, averageValidationAccuracy, averageValidationMeanClassAccuracy } = record;
    const scores = [
      {
        weights: "current" as const,
        loss: record.validationLoss,
        accuracy: record.validationAccuracy,
        meanClassAccuracy: record.validationMeanClassAccuracy,
      },
      ...(averageValidationLoss === undefined || averageValidationAccuracy === undefined
        ? []
        : [
            {
              weights: "average" as const,
              loss: averageValidationLoss,
              accuracy: averageValidationAccuracy,
              meanClassAccuracy: averageValidationMeanClassAccuracy ?? 0,
            },
          ]),
    ];
    for (const score of scores) if (isBetter(score, best, by)) best = { ...score, epoch };
  }
  return best;
}

async function sizesIn(folder: string, names: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const sizes: [string, number][] = [];
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) sizes.push([name, found.size]);
  }
  return Object.fromEntries(sizes);
}
