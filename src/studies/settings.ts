/** What a run of a study is told: values of parameters by name, and how that becomes a name and an identity. */
import { sha256 } from "../formats/digest.js";

export type Settings = ReadonlyMap<string, string>;

const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A value in one spelling: 0.30, .3 and 3e-1 are 0.3. Anything but a plain number stays as it is. */
export function canonical(text: string): string {
  if (!plainNumber.test(text)) return text;
  const value = Number(text);
  // What a double does not hold digit for digit is not respelt.
  const isExact = Math.abs(value) < 1e15 && text.replace(/\D/g, "").length <= 15;
  return isExact ? String(value === 0 ? 0 : value) : text;
}

const byName = (settings: Settings): readonly (readonly [string, string])[] =>
  [...settings].map(([name, value]) => [name, canonical(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1));

/** What tells one run of a recipe from another: its settings, whatever their order and spelling, and its seed. */
export const identityOf = (recipe: string, settings: Settings, seed: number): string =>
  JSON.stringify([recipe, byName(settings), seed]);

/** A longer name of a folder is cut, and told from others by a digest. */
const longestName = 80;

/** A folder's name for runs of these settings: `beta=0.2`, several by commas. Different settings never share one. */
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
