/** The settings of a study's run: values of parameters by name, and the folder name and identity derived from them. */
import { sha256 } from "../formats/digest.js";

export type Settings = ReadonlyMap<string, string>;

const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The canonical spelling of a value: 0.30, .3 and 3e-1 become 0.3. Anything but a plain number is unchanged. */
export function canonical(text: string): string {
  if (!plainNumber.test(text)) return text;
  const value = Number(text);
  // Numbers that a double cannot represent digit for digit are unchanged.
  const isExact = Math.abs(value) < 1e15 && text.replace(/\D/g, "").length <= 15;
  return isExact ? String(value === 0 ? 0 : value) : text;
}

const byName = (settings: Settings): readonly (readonly [string, string])[] =>
  [...settings].map(([name, value]) => [name, canonical(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1));

/** The identity of a run: its recipe, its settings in any order and spelling, and its seed. */
export const identityOf = (recipe: string, settings: Settings, seed: number): string =>
  JSON.stringify([recipe, byName(settings), seed]);

/** A longer folder name is cut and made unique by a digest. */
const longestName = 80;

/** The folder name for runs with these settings: `beta=0.2`, several separated by commas. Different settings never share one. */
export function folderOf(title: string, settings: Settings): string {
  const parts = byName(settings).map(([name, value]) => `${name}=${value}`);
  const text = [...(title === "" ? [] : [title]), ...parts].join(",") || "as-written";
  const safe = text.replace(/[^\w.,=+-]/g, "_");
  return safe === text && text.length <= longestName && !safe.startsWith(".")
    ? text
    : `${safe.replace(/^\.+/, "_").slice(0, longestName)}-${sha256([text]).slice(0, 8)}`;
}

/** For people: `beta=0.2 alpha=0.5`. */
export const settingsText = (settings: Settings): string =>
  [...settings].map(([name, value]) => `${name}=${value}`).join(" ");
