/** The pictures and classes in a folder, without a model: the layout is recognised, and read as a recipe would. */
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { sha256 } from "../../formats/digest.js";
import type { Decode } from "../decode.js";
import { composed } from "../label-names.js";
import { openRows, plainData } from "../open-data-set.js";
import { readPictureFile } from "../picture-files.js";
import { pictureFormat } from "../picture-format.js";
import { pictureAt } from "../picture-place.js";
import { type DataLayout, recogniseLayout } from "../recognise-layout.js";
import type { RgbImage } from "../rgb-image.js";
import { type Part, parts, type RowSource } from "../rows.js";

export interface LyingPicture {
  /** Its name in the data set: relative to the folder, with forward slashes. */
  readonly path: string;
  /** For shares or votes, the class with the most. */
  readonly label: string;
  /** The name for `--split` of eval; empty if the data are not split. */
  readonly split: string;
  readonly person?: string | undefined;
  readonly group?: string | undefined;
}

/** The result of reading a picture. */
export interface Found {
  /** Digest of its bytes; undefined if they cannot be read. */
  readonly digest: string | undefined;
  readonly format: string;
  readonly image: RgbImage | Problem;
}

export interface LyingSet {
  /** Its name in recipes. */
  readonly layout: DataLayout;
  readonly classes: readonly string[];
  /** In the order of their use: training first. */
  readonly splits: readonly string[];
  readonly pictures: readonly LyingPicture[];
  /** Warnings that do not depend on the use. */
  readonly warnings: readonly Problem[];
  look(picture: LyingPicture): Promise<Found>;
}

const splitOf: Readonly<Record<Part, string>> = { training: "train", validation: "validation", test: "test" };

/** The data set at a path: a folder, or a table. An unknown layout is read as a folder per class, or rejected as none. */
export async function asItLies(path: string, decode: Decode): Promise<LyingSet | readonly Problem[]> {
  const layout = (await recogniseLayout(path)) ?? "folder";
  const source = await openRows(plainData(layout), path, { labels: undefined, home: path }, decode);
  if ("kind" in source) return source.problems;
  const { given, rows } = source;
  if (rows.length === 0) return [problem("data/no-pictures", { path })];
  const isDivided = Object.keys(given).length > 0;
  const pictures = rows.map(({ key, part, class: index, person, group }): LyingPicture => {
    const split = isDivided ? splitOf[part] : "";
    return { path: key, label: composed(source.classes[index] ?? ""), split, person, group };
  });
  const names = [...new Set(source.classes.map(composed))];
  const there = parts.filter((part) => part === "training" || given[part] !== undefined);
  return {
    layout,
    classes: source.isOrdered ? names : names.sort((a, b) => (a < b ? -1 : 1)),
    splits: isDivided ? there.map((part) => splitOf[part]) : [""],
    pictures,
    warnings: source.warnings,
    look: lookingInto(source, decode),
  };
}

/** A separate function, so that its closure does not keep the rows in memory. */
function lookingInto({ read, place }: RowSource, decode: Decode): LyingSet["look"] {
  return async ({ path }) => {
    const where = place?.(path);
    if (where === undefined) {
      const found = await read(path);
      const inTable = "pixels in a table";
      if (isProblem(found)) return { digest: undefined, format: inTable, image: found };
      return { digest: found.digest, format: inTable, image: found.image };
    }
    const bytes = await readPictureFile(where.path);
    if (isProblem(bytes)) return { digest: undefined, format: "unknown", image: bytes };
    const format = pictureFormat(bytes)?.name ?? "unknown";
    const found = await pictureAt(where, bytes, decode);
    if (isProblem(found)) return { digest: sha256([bytes]), format, image: found };
    return { digest: found.digest, format, image: found.image };
  };
}
