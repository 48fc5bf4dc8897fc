/** A folder per class, below `train` and `val` or `test`, or directly below the folder. */

import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import { sha256 } from "../digest.js";
import { type DataSet, hardTargets, type ReadPicture, type Sample } from "./data-set.js";
import type { Decode } from "./decode.js";
import { type Halves, heldOutShare, holdOut } from "./held-out.js";
import { composed, labelNamed } from "./label-names.js";
import { findPictures, isDamagedName, readPictureFile } from "./picture-files.js";
import { isNobodys } from "./recognise-layout.js";

export interface FolderOptions {
  /** The model's labels; undefined where it has none: then the folders' names are the classes, in alphabetical order. */
  readonly labels: readonly string[] | undefined;
  /** How many classes the model tells apart; undefined where no model is meant. */
  readonly classCount: number | undefined;
  /** Of what is held out where there is no folder for it. */
  readonly seed: number;
  readonly decode: Decode;
}

/** What is wrong, all of it. */
export interface Refused {
  readonly kind: "refused";
  readonly problems: readonly Problem[];
}

/** What the parts of a data set are called; FER2013 has a public and a private test, of which the first is for choosing. */
const splitNames = {
  training: ["train", "training"],
  validation: ["val", "valid", "validation", "publictest"],
  test: ["test", "testing", "privatetest"],
} as const;

const refuse = (...problems: readonly Problem[]): Refused => ({ kind: "refused", problems });

/** Opens a folder as a data set, or says what keeps it from being one. Pictures are only looked for, not read. */
export async function openFolder(path: string, options: FolderOptions): Promise<DataSet | Refused> {
  const found = await foldersIn(path);
  if (isProblem(found)) return refuse(found);
  const splits = splitsAmong(found.folders, options.labels ?? []);
  const strange = splits === undefined ? undefined : await strangeSplit(path, found.folders, splits);
  if (strange !== undefined) return refuse(strange);
  // Loose files are only told of where classes are looked for: beside splits a read-me is nothing unusual.
  const places = splits === undefined ? [path] : [splits.training, splits.heldOut].flatMap((name) => name ?? []);
  const classFolders: ClassFolder[] = [];
  let loose = 0;
  for (const place of splits === undefined ? [path] : places.map((name) => join(path, name))) {
    const inside = place === path ? found : await foldersIn(place);
    if (isProblem(inside)) return refuse(inside);
    loose += inside.loose;
    classFolders.push(...inside.folders.map((name) => ({ place, name })));
  }
  const classes = classesOf(path, classFolders, options);
  if ("kind" in classes) return classes;

  const targets = hardTargets(classes.names.length);
  const byPlace = new Map<string, Sample[]>(places.map((name) => [name, []]));
  let skipped = loose;
  for (const { place, name } of classFolders) {
    const label = classes.labelOf(name) as number;
    const { pictures, skipped: others, failed } = await findPictures([join(place, name)]);
    const unreadable = failed.filter((each) => each.problem.diagnose({}).code !== "data/no-pictures");
    if (unreadable.length > 0) return refuse(...unreadable.map((each) => each.problem));
    skipped += others.length;
    const key = (file: string): string => relative(path, file).split(sep).join("/");
    const samples = byPlace.get(splits === undefined ? path : relative(path, place)) as Sample[];
    for (const file of pictures) samples.push({ key: key(file), label, target: targets[label] as Float32Array });
  }
  const halves = halvesOf(byPlace, splits, path, options.seed);
  if (halves.training.length === 0)
    return refuse(
      problem("data/no-training-pictures", { path: splits === undefined ? path : join(path, splits.training) }),
    );
  if (halves.heldOut.length === 0) return refuse(problem("data/nothing-held-out", { path, split: splits?.heldOut }));
  const warnings = [
    ...mergedFolders(path, classFolders, classes),
    ...missingClasses(path, classes, halves),
    ...(skipped === 0 ? [] : [problem("data/files-left-out", { path, count: skipped })]),
    ...(splits?.left === undefined
      ? []
      : [problem("data/split-left-alone", { path, split: splits.left, used: splits.heldOut ?? "" })]),
  ];
  return {
    description: `folder ${path}`,
    classes: classes.names,
    ...halves,
    heldOutIs:
      splits?.heldOut === undefined
        ? `${heldOutShare * 100} % of each class, chosen by seed ${options.seed}`
        : `the folder ${splits.heldOut}`,
    heldOutWasDrawn: splits?.heldOut === undefined,
    heldOutIsTest:
      splits?.heldOut !== undefined && (splitNames.test as readonly string[]).includes(splits.heldOut.toLowerCase()),
    warnings,
    read: (sample) => readSample(join(path, ...sample.key.split("/")), options.decode),
  };
}

interface ClassFolder {
  readonly place: string;
  readonly name: string;
}

interface Splits {
  readonly training: string;
  /** The folder that is evaluated on. */
  readonly heldOut: string | undefined;
  /** A test folder beside a validation folder: kept for the end. */
  readonly left: string | undefined;
}

async function readSample(path: string, decode: Decode): Promise<ReadPicture | Problem> {
  const bytes = await readPictureFile(path);
  if (isProblem(bytes)) return bytes;
  const image = await decode(bytes, path);
  return isProblem(image) ? image : { image, digest: sha256([bytes]) };
}

/** The names of the folders in a folder (links followed, hidden ones left out), sorted, and how many files lie beside them. */
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
  ENOTDIR: "it is no folder",
};

/** The folders' parts, where it is divided: a `train` that is not one class among others. */
function splitsAmong(folders: readonly string[], labels: readonly string[]): Splits | undefined {
  const named = (names: readonly string[]): string | undefined =>
    folders.find((folder) => names.includes(folder.toLowerCase()));
  const training = named(splitNames.training);
  const validation = named(splitNames.validation);
  const test = named(splitNames.test);
  if (training === undefined) return undefined;
  if (labelNamed(training, labels) !== undefined && validation === undefined && test === undefined) return undefined;
  return {
    training,
    heldOut: validation ?? test,
    left: validation === undefined ? undefined : test,
  };
}

/** Classes that training shows no picture of, and those that it shows and nothing is held out of. */
function missingClasses(path: string, { names }: Classes, { training, heldOut }: Halves): readonly Problem[] {
  const [trained, judged] = [training, heldOut].map((samples) => new Set(samples.map(({ label }) => label)));
  const untrained = names.filter((_, label) => !trained?.has(label));
  const unjudged = names.filter((_, label) => trained?.has(label) && !judged?.has(label));
  const told = [["training", untrained] as const, ["held-out", unjudged] as const];
  return told.flatMap(([part, classes]) =>
    classes.length === 0 ? [] : [problem("data/missing-classes", { path, part, classes })],
  );
}

/** Folders of one place that are one class, by case, blanks, accents or usual words. */
function mergedFolders(path: string, folders: readonly ClassFolder[], { names, labelOf }: Classes): readonly Problem[] {
  const groups = new Map<string, string[]>();
  for (const { place, name } of folders) {
    const key = JSON.stringify([place, labelOf(name)]);
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const label = names[labelOf(group[0] ?? "") ?? 0] ?? "";
      return problem("data/folders-of-one-class", { path, folders: group, label });
    });
}

/** A folder of pictures beside the splits that is none of them: what it is for nobody can know, and left out it would be lost. */
async function strangeSplit(path: string, folders: readonly string[], splits: Splits): Promise<Problem | undefined> {
  const read = [splits.training, splits.heldOut, splits.left];
  for (const folder of folders.filter((name) => !read.includes(name))) {
    const { pictures } = await findPictures([join(path, folder)]);
    if (pictures.length === 0) continue;
    const known = Object.values(splitNames).flat();
    const part = Object.values(splitNames).find((names: readonly string[]) => names.includes(folder.toLowerCase()));
    const sameAs = read.find((name) => (part as readonly string[] | undefined)?.includes(name?.toLowerCase() ?? ""));
    const holes = { path, folder, pictures: pictures.length, used: splits.training, sameAs, known };
    return problem("data/unknown-split", holes);
  }
  return undefined;
}

interface Classes {
  readonly names: readonly string[];
  readonly labelOf: (folder: string) => number | undefined;
}

/** What the folders are called in the model, or which of them it does not know. */
function classesOf(
  path: string,
  folders: readonly ClassFolder[],
  { labels, classCount }: FolderOptions,
): Classes | Refused {
  const names = [...new Set(folders.map(({ name }) => name))].sort((a, b) => (a < b ? -1 : 1));
  if (names.length === 0) return refuse(problem("data/no-class-folders", { path }));
  if (labels === undefined) {
    const classes = [...new Set(names.map(composed))].sort((a, b) => (a < b ? -1 : 1));
    if (classCount !== undefined && classes.length !== classCount) {
      return refuse(problem("data/class-count", { path, folders: classes.length, classes: classCount }));
    }
    return { names: classes, labelOf: (folder) => classes.indexOf(composed(folder)) };
  }
  const unknown = names.filter((name) => labelNamed(name, labels) === undefined);
  if (unknown.length > 0) {
    return refuse(
      ...unknown.map((name) =>
        problem("data/unknown-class", { path, folder: name, labels, suggestion: suggest(name, labels) }),
      ),
    );
  }
  return { names: labels, labelOf: (folder) => labelNamed(folder, labels) };
}

function halvesOf(
  byPlace: ReadonlyMap<string, readonly Sample[]>,
  splits: Splits | undefined,
  path: string,
  seed: number,
): Halves {
  const of = (name: string | undefined): readonly Sample[] => (name === undefined ? [] : (byPlace.get(name) ?? []));
  if (splits === undefined) return holdOut(of(path), seed);
  if (splits.heldOut === undefined) return holdOut(of(splits.training), seed);
  return { training: of(splits.training), heldOut: of(splits.heldOut) };
}
