/** The source files of a run, kept in its folder, and which of them to compile when the run is used. */
import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { isInside } from "../hosts/node-host.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import { runFiles } from "./run-files.js";
import { opened } from "./sealed-json.js";

export interface RunSource {
  /** The file to compile, by its name in the run's folder. */
  readonly entry: string;
  /** Texts by their names in the run's folder. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The folder that contains all of these paths. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => posix.dirname(path).split("/"));
  const length = first.findIndex((part, i) => others.some((other) => other[i] !== part));
  return (length < 0 ? first : first.slice(0, length)).join("/");
}

/**
 * The entry becomes `model.lfer`, with its imports at the same relative paths. If it imports from above its own folder, those paths would
 * be outside the run: then all files are stored in `source/` as in their project, and `model.lfer` is a copy for readers.
 */
export function runSource(entry: string, texts: ReadonlyMap<string, string>): RunSource {
  const own = [...texts].filter(([path]) => !path.startsWith("std/"));
  const home = posix.dirname(entry);
  const beside = own.map(([path, text]) => [posix.relative(home, path), text] as const);
  const others = beside.filter((_, i) => own[i]?.[0] !== entry);
  const [text = ""] = own.flatMap(([path, each]) => (path === entry ? [each] : []));
  const model = [runFiles.model, text] as const;
  if (!others.some(([name]) => name.startsWith("../") || name === runFiles.model)) {
    return { entry: runFiles.model, texts: new Map([model, ...others]) };
  }
  const top = commonFolder(own.map(([path]) => path));
  const inSource = (path: string): string => posix.join(runFiles.source, posix.relative(top, path));
  return {
    entry: inSource(entry),
    texts: new Map([model, ...own.map(([path, each]) => [inSource(path), each] as const)]),
  };
}

const recordLimit = 64 * 2 ** 20;
const textLimit = 8 * 2 ** 20;

/**
 * The file to compile for a path: for a run's `model.lfer`, the file in `source/` of which it is a copy. A copy that was edited, or
 * whose run has an edited record, is compiled itself.
 */
export async function compiledFile(file: string): Promise<string> {
  const folder = dirname(file);
  if (file !== join(folder, runFiles.model) || !existsSync(join(folder, runFiles.source))) return file;
  const bytes = await readRegularFile(join(folder, runFiles.about), recordLimit);
  const read = typeof bytes === "string" ? bytes : opened(bytes);
  const entry = typeof read === "string" || !read.isIntact ? undefined : read.record.entry;
  if (typeof entry !== "string") return file;
  const found = join(folder, entry);
  if (!isInside(join(folder, runFiles.source), found)) return file;
  const [asked, kept] = [await readRegularFile(file, textLimit), await readRegularFile(found, textLimit)];
  if (typeof asked === "string" || typeof kept === "string") return file;
  return Buffer.compare(asked, kept) === 0 ? found : file;
}
