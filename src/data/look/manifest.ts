/** A manifest pins a data set: a list of its pictures with digests, and the difference between a data set and such a list. */
import { beyondLimits } from "../../formats/bounded-json.js";
import { csvLine, csvRows } from "../../formats/csv-cells.js";
import type { SeenPicture } from "./inspect.js";

export interface ManifestEntry {
  readonly path: string;
  readonly label: string;
  readonly split: string;
  /** SHA-256 of the file; empty if it cannot be read. */
  readonly digest: string;
  /** Null if it is not a picture. */
  readonly width: number | null;
  readonly height: number | null;
}

export type ManifestForm = "json" | "csv";

const schemaVersion = 1;

const columns = ["path", "label", "split", "digest", "width", "height"] as const;

/** In the order of paths. */
export function manifestOf(pictures: readonly SeenPicture[]): readonly ManifestEntry[] {
  return pictures
    .map((picture) => {
      const { path, label, split, digest = "" } = picture;
      const [width, height] = picture.kind === "good" ? [picture.width, picture.height] : [null, null];
      return { path, label, split, digest, width, height };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function manifestText(entries: readonly ManifestEntry[], form: ManifestForm): string {
  if (form === "csv") {
    const lines = entries.map((entry) => csvLine(columns.map((column) => String(entry[column] ?? ""))));
    return csvLine(columns) + lines.join("");
  }
  // One line per picture, so that diffs of manifests are readable.
  const lines = entries.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n");
  return `{\n  "schemaVersion": ${schemaVersion},\n  "pictures": [\n${lines}\n  ]\n}\n`;
}

/** A few million pictures with six values each. */
const limits = { depth: 5, values: 50_000_000 };

/** The entries of a manifest, or in words why it is not one. */
export function readManifest(bytes: Uint8Array, form: ManifestForm): readonly ManifestEntry[] | string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "it is not UTF-8 text";
  }
  return form === "csv" ? readCsv(text) : readJson(text);
}

const isEntry = (value: unknown): value is ManifestEntry => {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Readonly<Record<string, unknown>>;
  const isSide = (side: unknown): boolean => side === null || Number.isSafeInteger(side);
  return (
    ["path", "label", "split", "digest"].every((key) => typeof entry[key] === "string") &&
    isSide(entry.width) &&
    isSide(entry.height)
  );
};

function readJson(text: string): readonly ManifestEntry[] | string {
  const tooMuch = beyondLimits(text, limits);
  if (tooMuch !== undefined) return tooMuch;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  if (typeof value !== "object" || value === null) return "it is not an object";
  const { schemaVersion: version, pictures } = value as Readonly<Record<string, unknown>>;
  if (version !== schemaVersion)
    return `its schemaVersion is ${JSON.stringify(version) ?? "missing"}, not ${schemaVersion}`;
  if (!Array.isArray(pictures)) return 'it has no list "pictures"';
  const wrong = pictures.findIndex((entry) => !isEntry(entry));
  return wrong < 0 ? (pictures as ManifestEntry[]) : `entry ${wrong + 1} of its pictures is none`;
}

function readCsv(text: string): readonly ManifestEntry[] | string {
  const entries: ManifestEntry[] = [];
  let places: readonly number[] | undefined;
  for (const row of csvRows(text)) {
    if ("fault" in row) return `line ${row.line}: ${row.fault}`;
    if (places === undefined) {
      places = columns.map((column) => row.cells.indexOf(column));
      const missing = columns.filter((column) => !row.cells.includes(column));
      if (missing.length > 0) return `it has no column ${missing.join(", ")}`;
      continue;
    }
    const [path, label, split, digest, width, height] = places.map((at) => row.cells[at]);
    const side = (cell: string | undefined): number | null => (cell === "" ? null : Number(cell));
    const entry: unknown = { path, label, split, digest, width: side(width), height: side(height) };
    if (!isEntry(entry)) return `line ${row.line} is not a picture`;
    entries.push(entry);
  }
  return places === undefined ? "it is empty" : entries;
}

/** Paths, by kind of change. */
export interface ManifestDifference {
  readonly missing: readonly string[];
  readonly added: readonly string[];
  /** Changed contents. */
  readonly changed: readonly string[];
  /** Changed label or split. */
  readonly moved: readonly string[];
}

export function manifestDifference(
  pinned: readonly ManifestEntry[],
  found: readonly ManifestEntry[],
): ManifestDifference | undefined {
  const before = new Map(pinned.map((entry) => [entry.path, entry]));
  const now = new Map(found.map((entry) => [entry.path, entry]));
  const both = found.flatMap((entry) => {
    const old = before.get(entry.path);
    return old === undefined ? [] : [[old, entry] as const];
  });
  const difference = {
    missing: [...before.keys()].filter((path) => !now.has(path)),
    added: [...now.keys()].filter((path) => !before.has(path)),
    changed: both.flatMap(([old, entry]) => (old.digest === entry.digest ? [] : [entry.path])),
    moved: both.flatMap(([old, entry]) => (old.label === entry.label && old.split === entry.split ? [] : [entry.path])),
  };
  return Object.values(difference).every(({ length }) => length === 0) ? undefined : difference;
}
