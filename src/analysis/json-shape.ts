/** Checks for untrusted JSON, which say what is wrong, and where. */
import { isJsonObject } from "../formats/json-object.js";

/** What is wrong with a value at this place of the text; undefined if nothing is. */
export type Check = (value: unknown, at: string) => string | undefined;

export function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value).slice(0, 40);
}

export const being =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, at) =>
    holds(value) ? undefined : `${at} is ${shown(value)}, not ${what}`;

export const text = being("a text", (value) => typeof value === "string");
export const textOrNull = being("a text or null", (value) => value === null || typeof value === "string");
export const figure = being("a number", (value) => typeof value === "number" && Number.isFinite(value));
export const count = being("a whole number from 0", (value) => Number.isSafeInteger(value) && (value as number) >= 0);

const first = (found: Iterable<string | undefined>): string | undefined => {
  for (const wrong of found) if (wrong !== undefined) return wrong;
  return undefined;
};

export const list =
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

export const record =
  (check: Check): Check =>
  (value, at) =>
    isJsonObject(value)
      ? first(Object.entries(value).map(([key, each]) => check(each, `${at}.${key.slice(0, 40)}`)))
      : `${at} is ${shown(value)}, not an object`;

/** An object with at least these fields. */
export const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, at) =>
    isJsonObject(value)
      ? first(
          Object.entries(fields).map(([key, check]) =>
            check(Object.hasOwn(value, key) ? value[key] : undefined, at === "" ? key : `${at}.${key}`),
          ),
        )
      : `${at === "" ? "it" : at} is ${shown(value)}, not an object`;
