/** Recognises the layout of a folder by its contents, for commands that get data without a recipe. */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { RecipeName } from "../recipe/signatures.js";
import { labelColumns } from "./csv-labels.js";
import { readPiece } from "./file-piece.js";
import { isNobodys } from "./nobodys-files.js";

/** A layout of labelled pictures, by its name in recipes. */
export type DataLayout = RecipeName<"data">;

/** Default names of tables. */
export const usualTables = { fer2013: "fer2013.csv", ferplus: "fer2013new.csv", csv: "labels.csv" } as const;

/** Default name of the class column. */
const usualLabel = "label";

/** The layout of a folder or a single table; undefined if it is unknown. Only names and the first lines of tables are read. */
export async function recogniseLayout(path: string): Promise<DataLayout | undefined> {
  const about = await stat(path).catch(() => undefined);
  if (about === undefined) return undefined;
  if (!about.isDirectory()) return tableLayout(dirname(path), basename(path));
  const names = await namesIn(path);
  for (const inner of ["", "basic", "DATASET"]) {
    if (inner !== "" && !names.includes(inner)) continue;
    if (await isRafDb(join(path, inner), inner === "" ? names : await namesIn(join(path, inner)))) return "raf_db";
  }
  if (await isAffectNet(path, names)) return "affectnet";
  for (const table of [usualTables.ferplus, usualTables.fer2013, usualTables.csv]) {
    const found = names.includes(table) ? await tableLayout(path, table) : undefined;
    if (found !== undefined) return found;
  }
  return (await hasFolder(path, names)) ? "folder" : undefined;
}

async function isRafDb(path: string, names: readonly string[]): Promise<boolean> {
  if (names.includes("EmoLabel") && names.includes("Image")) return true;
  // As often redistributed: folders 1 to 7 below train. Numbered folders may be anything; exactly these seven are RAF-DB's.
  if (!names.includes("train")) return false;
  const inside = (await namesIn(join(path, "train"))).filter((name) => !isNobodys(name));
  return inside.toSorted().join() === "1,2,3,4,5,6,7";
}

async function isAffectNet(path: string, names: readonly string[]): Promise<boolean> {
  for (const folder of ["", "Manually_Annotated_file_lists"]) {
    if (folder !== "" && !names.includes(folder)) continue;
    if ((await headerOf(join(path, folder, "training.csv"))).includes("subdirectory_filepath")) return true;
  }
  for (const name of ["train_set", "val_set"]) {
    if (names.includes(name) && (await namesIn(join(path, name))).includes("annotations")) return true;
  }
  return false;
}

async function tableLayout(folder: string, name: string): Promise<DataLayout | undefined> {
  const header = await headerOf(join(folder, name));
  const has = (...columns: readonly string[]): boolean => columns.every((column) => header.includes(column));
  if (has("emotion", "pixels")) {
    return (await namesIn(folder)).includes(usualTables.ferplus) ? "ferplus" : "fer2013";
  }
  if (has("usage", "image name", "neutral")) return "ferplus";
  if (has("subdirectory_filepath", "expression")) return "affectnet";
  return has("path") && labelColumns(header, usualLabel) !== undefined ? "csv" : undefined;
}

async function hasFolder(path: string, names: readonly string[]): Promise<boolean> {
  for (const name of names.filter((each) => !isNobodys(each))) {
    if ((await stat(join(path, name)).catch(() => undefined))?.isDirectory() === true) return true;
  }
  return false;
}

const namesIn = async (path: string): Promise<readonly string[]> => readdir(path).catch(() => []);

/** Longer first lines are not headers. */
const headerLimit = 64 * 1024;

/** A table's columns in lower case; none if it cannot be read. */
async function headerOf(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isFile()) return [];
    const start = (await readPiece(path, 0, headerLimit)).toString("utf8").replace(/^\uFEFF/, "");
    const [line = ""] = start.split(/\r?\n/, 1);
    return line.split(",").map((column) =>
      column
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .trim()
        .toLowerCase(),
    );
  } catch {
    return [];
  }
}
