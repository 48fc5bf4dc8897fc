/** A folder per class, below `train` and `val` or `test`, or directly below the folder. */

import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Decode } from "./decode.js";
import { filesBelow } from "./files-below.js";
import { labelNamed } from "./label-names.js";
import { isNobodys } from "./nobodys-files.js";
import { findPictures, isDamagedName } from "./picture-files.js";
import { type Part, partNamed, partNames, parts, type Refused, type Row, type RowSource, refuse } from "./rows.js";

/**
 * Opens a folder, or says why it is not a data set. Pictures are only listed, not read. The model's labels decide whether a
 * folder `train` is a class.
 */
export async function folderRows(
  path: string,
  labels: readonly string[] | undefined,
  decode: Decode,
): Promise<RowSource | Refused> {
  const found = await foldersIn(path);
  if (isProblem(found)) return refuse(found);
  const splits = splitsAmong(found.folders, labels ?? []);
  const strange = splits === undefined ? undefined : await strangeSplit(path, found.folders, splits);
  if (strange !== undefined) return refuse(strange);
  const places: readonly (readonly [Part, string])[] =
    splits === undefined
      ? [["training", path]]
      : parts.flatMap((part) => (splits[part] === undefined ? [] : [[part, join(path, splits[part])] as const]));
  const classFolders: ClassFolder[] = [];
  // Loose files are reported only next to class folders: a read-me next to splits is normal.
  let skipped = 0;
  for (const [part, place] of places) {
    const inside = place === path ? found : await foldersIn(place);
    if (isProblem(inside)) return refuse(inside);
    skipped += inside.loose;
    classFolders.push(...inside.folders.map((name) => ({ part, place, name })));
  }
  if (classFolders.length === 0) return refuse(problem("data/no-class-folders", { path }));
  const classes = [...new Set(classFolders.map(({ name }) => name))];
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  const rows: Row[] = [];
  for (const { part, place, name } of classFolders) {
    const { pictures, skipped: others, failed } = await findPictures([join(place, name)]);
    const unreadable = failed.filter((each) => each.problem.diagnose({}).code !== "data/no-pictures");
    if (unreadable.length > 0) return refuse(...unreadable.map((each) => each.problem));
    skipped += others.length;
    const key = (file: string): string => relative(path, file).split(sep).join("/");
    for (const file of pictures) rows.push({ key: key(file), part, class: indexOf.get(name) as number });
  }
  const { validation, test } = splits ?? {};
  return {
    path,
    description: `folder ${path}`,
    classes,
    isOrdered: false,
    rows,
    given: {
      ...(validation === undefined ? {} : { validation: `the folder ${validation}` }),
      ...(test === undefined ? {} : { test: `the folder ${test}` }),
    },
    warnings: skipped === 0 ? [] : [problem("data/files-left-out", { path, count: skipped })],
    ...filesBelow(path, decode),
  };
}

interface ClassFolder {
  readonly part: Part;
  readonly place: string;
  readonly name: string;
}

/** The folders of the parts, by name. */
type Splits = Readonly<Partial<Record<Part, string>>> & { readonly training: string };

/** The names of a folder's subfolders (links are followed, hidden ones skipped), sorted, and the number of files in it. */
async function foldersIn(
  path: string,
): Promise<{ readonly folders: readonly string[]; readonly loose: number } | Problem> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const folders: string[] = [];
    let loose = 0;
    for (const entry of entries) {
      if (isNobodys(entry.name)) continue;
      const isFolder = entry.isSymbolicLink()
        ? await stat(join(path, entry.name)).then(
            (about) => about.isDirectory(),
            () => false,
          )
        : entry.isDirectory();
      if (isFolder && isDamagedName(entry.name)) return problem("data/name-not-utf8", { path: join(path, entry.name) });
      if (isFolder) folders.push(entry.name);
      else loose++;
    }
    return { folders: folders.sort((a, b) => (a < b ? -1 : 1)), loose };
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    const reason = isDamagedName(path) ? "its name is not UTF-8" : (folderFaults[code] ?? code);
    return problem("data/unreadable-folder", { path, reason });
  }
}

const folderFaults: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "it is not a folder",
};

/** The folders' parts, if the data are split: a `train` folder that is not a class among others. */
function splitsAmong(folders: readonly string[], labels: readonly string[]): Splits | undefined {
  const named = (part: Part): string | undefined => folders.find((folder) => partNamed(folder) === part);
  const training = named("training");
  const validation = named("validation");
  const test = named("test");
  if (training === undefined) return undefined;
  if (labelNamed(training, labels) !== undefined && validation === undefined && test === undefined) return undefined;
  return {
    training,
    ...(validation === undefined ? {} : { validation }),
    ...(test === undefined ? {} : { test }),
  };
}

/** A folder of pictures next to the splits that is not a known split: its purpose is unknown, so it is not silently left out. */
async function strangeSplit(path: string, folders: readonly string[], splits: Splits): Promise<Problem | undefined> {
  const read = Object.values(splits);
  for (const folder of folders.filter((name) => !read.includes(name))) {
    const { pictures } = await findPictures([join(path, folder)]);
    if (pictures.length === 0) continue;
    const part = partNamed(folder);
    const sameAs = part === undefined ? undefined : splits[part];
    const known = Object.values(partNames).flat();
    return problem("data/unknown-split", {
      path,
      folder,
      pictures: pictures.length,
      used: splits.training,
      sameAs,
      known,
    });
  }
  return undefined;
}
