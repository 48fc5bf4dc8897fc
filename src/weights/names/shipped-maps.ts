import { invariant } from "../../diagnostics/invariant.js";
import { shippedMapTexts } from "../maps/sources.js";
import { type NameMap, parseNameMap } from "./parse-map.js";

/** Values of `--weights-map` other than files. */
export const shippedMapNames: readonly string[] = [...shippedMapTexts.keys()];

/** A built-in map, by name. */
export function shippedMap(name: string): NameMap | undefined {
  const text = shippedMapTexts.get(name);
  if (text === undefined) return undefined;
  const parsed = parseNameMap(text, name);
  invariant(parsed.kind === "map", `the shipped map ${name} is no map`);
  return parsed.map;
}
