/**
 * JSON whose last field is a digest of the others, so that edits are detected; and the first difference between two such
 * records.
 */

import { beyondLimits } from "../formats/bounded-json.js";
import { sha256 } from "../formats/digest.js";
import { isJsonObject, type JsonObject } from "../formats/json-object.js";

const digestOf = (record: JsonObject): string => sha256([JSON.stringify(record)]);

/** The text of a record, with its digest. */
export function sealed(record: JsonObject): string {
  // As it will be read: values that JSON cannot represent are not in the digest either.
  const plain = JSON.parse(JSON.stringify(record)) as JsonObject;
  return `${JSON.stringify({ ...plain, digest: digestOf(plain) }, undefined, 2)}\n`;
}

/** A recipe is about ten levels deep, a model's record no deeper; a run of ten thousand epochs has some 150,000 values. */
const recordLimits = { depth: 50, values: 5_000_000 };

export interface Opened {
  /** Without its digest. */
  readonly record: JsonObject;
  /** Whether it is unchanged. */
  readonly isIntact: boolean;
}

/** The record in a text, or what is wrong with it, in words. */
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
  /** Both values, for people. */
  readonly values: readonly [string, string];
}

/** A value as printed in messages. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return "none";
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

/** An object, or a list, whose indices are its keys. */
const hasParts = (value: unknown): value is JsonObject => isJsonObject(value) || Array.isArray(value);

/** No record is deeper; below this depth, only whether values differ is reported. */
const deepest = 30;

/** The first field where two records differ; undefined if they are equal. */
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
