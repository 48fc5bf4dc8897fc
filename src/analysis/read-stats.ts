/** Reads back what `lferc stats --format json` wrote, in this version or an older one. The text is held hostile. */
import { beyondLimits } from "../bounded-json.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { type Stats, statsSchemaVersion } from "./stats.js";

/** What is wrong with a value, which stands at this place of the text; undefined where nothing is. */
type Check = (value: unknown, at: string) => string | undefined;

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value).slice(0, 40);
}

const being =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, at) =>
    holds(value) ? undefined : `${at} is ${shown(value)}, not ${what}`;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = being("a text", (value) => typeof value === "string");
const textOrNull = being("a text or null", (value) => value === null || typeof value === "string");
const figure = being("a number", (value) => typeof value === "number" && Number.isFinite(value));
const count = being("a whole number from 0", (value) => Number.isSafeInteger(value) && (value as number) >= 0);

const first = (found: Iterable<string | undefined>): string | undefined => {
  for (const wrong of found) if (wrong !== undefined) return wrong;
  return undefined;
};

const list =
  (check: Check, length?: number): Check =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at} is ${shown(value)}, not a list`;
    if (length !== undefined && value.length !== length) return `${at} has ${value.length} items, not ${length}`;
    for (let i = 0; i < value.length; i++) {
      const wrong = check(value[i], `${at}[${i}]`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };

const record =
  (check: Check): Check =>
  (value, at) =>
    isObject(value)
      ? first(Object.entries(value).map(([key, each]) => check(each, `${at}.${key.slice(0, 40)}`)))
      : `${at} is ${shown(value)}, not an object`;

/** An object with at least these fields. */
const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, at) =>
    isObject(value)
      ? first(
          Object.entries(fields).map(([key, check]) =>
            check(Object.hasOwn(value, key) ? value[key] : undefined, at === "" ? key : `${at}.${key}`),
          ),
        )
      : `${at === "" ? "it" : at} is ${shown(value)}, not an object`;

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

/** The first path that two layers have. */
function pathTwice({ layers }: Stats): string | undefined {
  const seen = new Set<string>();
  return layers.find(({ path }) => seen.size === seen.add(path).size)?.path;
}

function readOne(value: unknown, path: string, place: string): Stats | Problem {
  const refuse = (reason: string): Problem => problem("stats/not-a-record", { path, reason: `${place}${reason}` });
  if (!isObject(value)) return refuse(`it is ${shown(value)}, not an object`);
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

/** A record is five deep; one of a hundred thousand layers holds some eight million values. */
const recordLimits = { depth: 8, values: 10_000_000 };

/** The texts of the records: the whole text, or one on each line where it holds several. */
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
    return problem("stats/not-a-record", { path, reason: `${place}it is no JSON: ${error.message}` });
  }
}

/** The records in a text that `lferc stats --format json` wrote; `path` names the file. */
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
