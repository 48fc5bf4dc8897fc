/** JSON whose last field is a digest of the others, so that an edit shows; and where two such records differ. */

import { beyondLimits } from "../formats/bounded-json.js";
import { sha256 } from "../formats/digest.js";
import { isJsonObject, type JsonObject } from "../formats/json-object.js";

const digestOf = (record: JsonObject): string => sha256([JSON.stringify(record)]);

/** The text of a record, with its digest. */
export function sealed(record: JsonObject): string {
  // As it will be read: what JSON does not know is not in the digest either.
  const plain = JSON.parse(JSON.stringify(record)) as JsonObject;
  return `${JSON.stringify({ ...plain, digest: digestOf(plain) }, undefined, 2)}\n`;
}

/** A recipe is some ten deep, a model's graph of records no deeper; a run of ten thousand epochs has some 150,000 values. */
const recordLimits = { depth: 50, values: 5_000_000 };

export interface Opened {
  /** Without its digest. */
  readonly record: JsonObject;
  /** Whether it is what was written. */
  readonly isIntact: boolean;
}

/** The record of a text, or in words what is wrong with it. */
export function opened(bytes: Uint8Array): Opened | string {
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const tooMuch = beyondLimits(text, recordLimits);
    if (tooMuch !== undefined) return tooMuch;
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return "it is not JSON";
    throw error;
  }
  if (!isJsonObject(value)) return "it is not an object";
  const { digest, ...record } = value;
  return { record, isIntact: digest === digestOf(record) };
}

export interface Difference {
  /** `recipe.optimizer.adam.lr`. */
  readonly field: string;
  /** Both sides as people read them. */
  readonly values: readonly [string, string];
}

/** A value as a message shows it. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return "none";
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

/** An object, or a list, whose numbers are its keys. */
const hasParts = (value: unknown): value is JsonObject => isJsonObject(value) || Array.isArray(value);

/** No record of ours is deeper; below, only whether they differ is told. */
const deepest = 30;

/** The first place where two records differ, deep down; undefined where they say the same. */
export function firstDifference(a: unknown, b: unknown, path: readonly string[] = []): Difference | undefined {
  const field = path.join(".");
  if (hasParts(a) && hasParts(b) && Array.isArray(a) === Array.isArray(b)) {
    if (path.length > deepest) {
      return JSON.stringify(a) === JSON.stringify(b) ? undefined : { field, values: [shown(a), shown(b)] };
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = firstDifference(a[key], b[key], [...path, key]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return (a ?? null) === (b ?? null) ? undefined : { field, values: [shown(a), shown(b)] };
}
