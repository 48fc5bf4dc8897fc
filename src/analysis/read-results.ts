/** Parses the output of `eval` and `bench --format json`, of this version or an older one. The text is untrusted. */

import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { beyondLimits } from "../formats/bounded-json.js";
import { isJsonObject } from "../formats/json-object.js";
import { being, type Check, count, figure, list, object, shown, text, textOrNull } from "./json-shape.js";
import type { MeasuredResult } from "./measured.js";

/** The version of both commands' formats; a higher one is rejected. */
export const resultsSchemaVersion = 1;

/** Results contain no predictions of single pictures; they do contain the points of a curve and a confusion matrix. */
const limits = { depth: 8, values: 5_000_000 };

/** Larger files are rejected. */
export const mostResultBytes = 100_000_000;

const share = being("a share from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1);
const positive = being("a number above 0", (value) => typeof value === "number" && Number.isFinite(value) && value > 0);
const digest = being("a digest", (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value));
const digestOrNull = being("a digest or null", (value) => value === null || digest(value, "") === undefined);
const optional =
  (check: Check): Check =>
  (value, at) =>
    value === undefined ? undefined : check(value, at);

const evaluation = object({
  model: text,
  modelSha256: digest,
  graphSha256: digestOrNull,
  data: text,
  split: text,
  samples: count,
  accuracy: share,
  meanClassAccuracy: share,
  macroF1: share,
  calibrationError: share,
  skipped: list(object({ key: text })),
});

const benchResult = object({
  what: text,
  modelSha256: optional(digestOrNull),
  graphSha256: optional(digestOrNull),
  model: optional(textOrNull),
  device: optional(textOrNull),
  batch: count,
  p50Ms: positive,
  peakBytes: figure,
});

interface EvaluationRecord {
  readonly model: string;
  readonly modelSha256: string;
  readonly graphSha256: string | null;
  readonly data: string;
  readonly split: string;
  readonly samples: number;
  readonly accuracy: number;
  readonly meanClassAccuracy: number;
  readonly macroF1: number;
  readonly calibrationError: number;
  readonly skipped: readonly unknown[];
}

interface BenchRecord {
  readonly what: string;
  readonly modelSha256?: string | null;
  readonly graphSha256?: string | null;
  readonly model?: string | null;
  readonly device?: string | null;
  readonly batch: number;
  readonly p50Ms: number;
  readonly peakBytes: number;
}

/** The figures in a text; `path` names the file. */
export function readResults(written: string, path: string): readonly MeasuredResult[] | Problem {
  const refuse = (reason: string): Problem => problem("budget/not-results", { path, reason });
  const tooMuch = beyondLimits(written, limits);
  if (tooMuch !== undefined) return refuse(tooMuch);
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse(`it is not JSON: ${error.message}`);
  }
  if (!isJsonObject(value)) return refuse(`it is ${shown(value)}, not an object`);
  const { schemaVersion: version, results, second } = value;
  if (!Number.isSafeInteger(version) || (version as number) < 1) return refuse(`schemaVersion is ${shown(version)}`);
  if ((version as number) > resultsSchemaVersion) {
    return problem("budget/newer-results", { path, schemaVersion: version as number, known: resultsSchemaVersion });
  }
  if (results !== undefined) {
    const wrong = list(benchResult)(results, "results");
    return wrong === undefined
      ? (results as readonly BenchRecord[]).flatMap((each) => ofBench(each, path))
      : refuse(wrong);
  }
  // If two models were compared, both have results.
  const wrong = evaluation(value, "") ?? (second === undefined ? undefined : evaluation(second, "second"));
  if (wrong !== undefined) return refuse(wrong);
  const records = [value, ...(second === undefined ? [] : [second])] as unknown as readonly EvaluationRecord[];
  return records.flatMap((record) => ofEvaluation(record, path));
}

function ofEvaluation(record: EvaluationRecord, file: string): readonly MeasuredResult[] {
  const { model, modelSha256, graphSha256, data, split, samples, skipped } = record;
  const common = {
    of: `${data}/${split}`,
    model,
    modelSha256,
    graphSha256: graphSha256 ?? undefined,
    file,
    samples,
    skipped: skipped.length,
  };
  return [
    { ...common, name: "accuracy", value: record.accuracy },
    { ...common, name: "mean_class_accuracy", value: record.meanClassAccuracy },
    { ...common, name: "macro_f1", value: record.macroF1 },
    { ...common, name: "calibration_error", value: record.calibrationError },
  ];
}

/** Times for one picture on a named device; a check cannot refer to others. */
function ofBench(record: BenchRecord, file: string): readonly MeasuredResult[] {
  const { what, device, batch, modelSha256, graphSha256, model, p50Ms, peakBytes } = record;
  if (what !== "inference" || batch !== 1 || !device || !modelSha256) return [];
  const common = { of: device, model: model ?? undefined, modelSha256, graphSha256: graphSha256 ?? undefined, file };
  return [
    { ...common, name: "latency", value: p50Ms },
    { ...common, name: "peak_memory", value: peakBytes },
  ];
}
