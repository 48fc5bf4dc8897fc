import { invariant } from "../../diagnostics/invariant.js";
import { shippedMapTexts } from "../maps/sources.js";
import { type NameMap, parseNameMap } from "./parse-map.js";

/** What `--weights-map` takes beside files. */
export const shippedMapNames: readonly string[] = [...shippedMapTexts.keys()];

/** A map that comes with lferc, by its name. */
export function shippedMap(name: string): NameMap | undefined {
  const text = shippedMapTexts.get(name);
  if (text === undefined) return undefined;
  const parsed = parseNameMap(text, name);
  invariant(parsed.kind === "map", `the shipped map ${name} is no map`);
  return parsed.map;
}
