/** Parses the output of `lferc stats --format json`, of this version or an older one. The text is untrusted. */

import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { beyondLimits } from "../formats/bounded-json.js";
import { isJsonObject } from "../formats/json-object.js";
import { count, figure, list, object, record, shown, text, textOrNull } from "./json-shape.js";
import { type Stats, statsSchemaVersion } from "./stats.js";

const shape = list(count);
const figures = record(record(figure));

const layer = object({
  path: text,
  op: text,
  outputShape: shape,
  params: count,
  sharedWith: textOrNull,
  counts: figures,
});

const stats = object({
  model: text,
  inputs: record(shape),
  params: object({ total: count, trainingOnly: count, buffers: count, byOp: record(count) }),
  counts: figures,
  memory: object({
    paramBytes: count,
    peakActivationBytes: count,
    peakAt: textOrNull,
    inPlacePeakActivationBytes: count,
    inPlacePeakAt: textOrNull,
  }),
  receptiveField: object({ size: list(count, 2), jump: list(count, 2), at: textOrNull }),
  layers: list(layer),
});

/** The first path that occurs twice. */
function pathTwice({ layers }: Stats): string | undefined {
  const seen = new Set<string>();
  return layers.find(({ path }) => seen.size === seen.add(path).size)?.path;
}

function readOne(value: unknown, path: string, place: string): Stats | Problem {
  const refuse = (reason: string): Problem => problem("stats/not-a-record", { path, reason: `${place}${reason}` });
  if (!isJsonObject(value)) return refuse(`it is ${shown(value)}, not an object`);
  const { schemaVersion } = value;
  if (!Number.isSafeInteger(schemaVersion)) return refuse(`schemaVersion is ${shown(schemaVersion)}`);
  const version = schemaVersion as number;
  if (version > statsSchemaVersion) {
    return problem("stats/newer-record", { path, schemaVersion: version, known: statsSchemaVersion });
  }
  const wrong = version < 1 ? `schemaVersion is ${version}` : stats(value, "");
  if (wrong !== undefined) return refuse(wrong);
  const read = value as unknown as Stats;
  const twice = pathTwice(read);
  return twice === undefined ? read : refuse(`two layers have the path "${twice}"`);
}

/** A record is five levels deep; one of a hundred thousand layers has some eight million values. */
const recordLimits = { depth: 8, values: 10_000_000 };

/** The texts of the records: the whole text, or each line if there are several. */
function parse(text: string, path: string): readonly { readonly value: unknown; readonly place: string }[] | Problem {
  const tooMuch = beyondLimits(text, recordLimits);
  if (tooMuch !== undefined) return problem("stats/not-a-record", { path, reason: tooMuch });
  const lines = text.split("\n").map((line, i) => ({ line, place: `line ${i + 1}: ` }));
  const filled = lines.filter(({ line }) => line.trim() !== "");
  const values: { value: unknown; place: string }[] = [];
  try {
    const isByLine =
      filled.length > 1 && filled.every(({ line }) => line.startsWith("{") && line.trimEnd().endsWith("}"));
    if (!isByLine) return [{ value: JSON.parse(text), place: "" }];
    for (const { line, place } of filled) values.push({ value: JSON.parse(line), place });
    return values;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const place = filled.length > 1 ? (filled[values.length]?.place ?? "") : "";
    return problem("stats/not-a-record", { path, reason: `${place}it is not JSON: ${error.message}` });
  }
}

/** The records in a text written by `lferc stats --format json`; `path` names the file. */
export function readStats(text: string, path: string): readonly Stats[] | Problem {
  const parsed = parse(text, path);
  if (isProblem(parsed)) return parsed;
  const found: Stats[] = [];
  for (const { value, place } of parsed) {
    const one = readOne(value, path, place);
    if (isProblem(one)) return one;
    found.push(one);
  }
  return found;
}
