/** What pictures of which class lie in a folder, before any model is asked: names only, nothing is decoded. */
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { composed } from "../label-names.js";
import { findPictures, isDamagedName, readPictureFile } from "../picture-files.js";
import { csvRows } from "./csv-text.js";

export interface LyingPicture {
  /** Below the folder, with forward slashes. */
  readonly path: string;
  readonly label: string;
  /** The name of its split's folder; empty where the data are not divided. */
  readonly split: string;
  readonly person?: string | undefined;
  readonly group?: string | undefined;
  read(): Promise<Uint8Array | Problem>;
}

export interface LyingSet {
  /** For people: `a folder per class below each split`. */
  readonly layout: string;
  readonly classes: readonly string[];
  /** In the order in which they are used: those to train on first. */
  readonly splits: readonly string[];
  readonly pictures: readonly LyingPicture[];
  /** Files that are no pictures by name and place. */
  readonly passedOver: number;
}

/** What the parts of a data set are called; the first group is trained on. */
const splitNames = [
  ["train", "training"],
  ["val", "valid", "validation", "publictest"],
  ["test", "testing", "privatetest"],
];

const orderOf = (folder: string): number => splitNames.findIndex((names) => names.includes(folder.toLowerCase()));

const isNobodys = (name: string): boolean => name.startsWith(".") || name === "__MACOSX" || name === "Thumbs.db";

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Inside {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

async function lookInto(path: string): Promise<Inside | Problem> {
  try {
    const folders: string[] = [];
    const files: string[] = [];
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (isNobodys(entry.name)) continue;
      const full = join(path, entry.name);
      const isFolder = entry.isSymbolicLink()
        ? await stat(full).then(
            (about) => about.isDirectory(),
            () => false,
          )
        : entry.isDirectory();
      if (isFolder && isDamagedName(entry.name)) return problem("data/name-not-utf8", { path: full });
      (isFolder ? folders : files).push(entry.name);
    }
    return { folders: folders.sort(byName), files: files.sort(byName) };
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    const words: Readonly<Record<string, string>> = { ENOENT: "there is no such folder", ENOTDIR: "it is no folder" };
    return problem("data/unreadable-folder", { path, reason: words[code] ?? code });
  }
}

/** The data set in a folder: a folder per class, below those of splits where there are any. `labels.csv` says who is shown. */
export async function asItLies(path: string): Promise<LyingSet | Problem> {
  const top = await lookInto(path);
  if (isProblem(top)) return top;
  const named = top.folders.filter((name) => orderOf(name) >= 0).sort((a, b) => orderOf(a) - orderOf(b));
  const isDivided = named.some((name) => orderOf(name) === 0);
  const splits = isDivided ? named : [""];
  const people = await readPeople(path, top.files);
  if (isProblem(people)) return people;
  const pictures: LyingPicture[] = [];
  // Beside splits a read-me is nothing unusual; a folder is.
  let passedOver = isDivided ? 0 : top.files.filter((name) => name !== peopleFile).length;
  for (const folder of top.folders.filter((name) => isDivided && !named.includes(name))) {
    passedOver += (await findPictures([join(path, folder)])).pictures.length;
  }
  for (const split of splits) {
    const inside = split === "" ? top : await lookInto(join(path, split));
    if (isProblem(inside)) return inside;
    if (split !== "") passedOver += inside.files.length;
    for (const folder of inside.folders) {
      const found = await findPictures([join(path, split, folder)]);
      const unreadable = found.failed.find(({ problem: wrong }) => wrong.diagnose({}).code !== "data/no-pictures");
      if (unreadable !== undefined) return unreadable.problem;
      passedOver += found.skipped.length;
      for (const file of found.pictures) {
        const key = relative(path, file).split(sep).join("/");
        const who = people.get(key);
        const read = (): Promise<Uint8Array | Problem> => readPictureFile(file);
        pictures.push({ path: key, label: composed(folder), split, ...who, read });
      }
    }
  }
  if (pictures.length === 0) {
    return top.folders.length === 0
      ? problem("data/no-class-folders", { path })
      : problem("data/no-pictures", { path });
  }
  const classes = [...new Set(pictures.map(({ label }) => label))].sort(byName);
  const layout = isDivided ? "a folder per class below each split" : "a folder per class";
  return { layout, classes, splits, pictures, passedOver };
}

const peopleFile = "labels.csv";

type Who = Pick<LyingPicture, "person" | "group">;

/** Who is shown and which group they are of, by path: columns `person` and `group` of a file labels.csv beside the pictures. */
async function readPeople(path: string, files: readonly string[]): Promise<ReadonlyMap<string, Who> | Problem> {
  const people = new Map<string, Who>();
  if (!files.includes(peopleFile)) return people;
  const file = join(path, peopleFile);
  // Its limit of a size, and its words, hold for any file.
  const bytes = await readPictureFile(file);
  if (isProblem(bytes)) return bytes;
  const rows = csvRows(new TextDecoder().decode(bytes));
  if (rows === undefined) return problem("look/bad-table", { path: file, reason: "a quote is not closed" });
  const [header = [], ...others] = rows;
  const [at, person, group] = ["path", "person", "group"].map((name) => header.indexOf(name)) as [
    number,
    number,
    number,
  ];
  if (at < 0) return people;
  const cell = (row: readonly string[], index: number): string | undefined => row[index] || undefined;
  for (const row of others) {
    const key = cell(row, at);
    if (key !== undefined) people.set(key, { person: cell(row, person), group: cell(row, group) });
  }
  return people;
}
