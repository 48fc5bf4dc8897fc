import { type Dirent, existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { isInside } from "../hosts/node-host.js";
import { sourceEnding } from "../hosts/path.js";
import { runFiles } from "../training/run-files.js";
import type { Taken } from "./not-taken.js";

/** Files that mark the root of a project. */
const projectMarks = [".git", "package.json"];

const slashes = (path: string): string => (sep === "/" ? path : path.split(sep).join("/"));

/** A path as the user would type it in `cwd`. */
export function displayPath(cwd: string, path: string): string {
  const way = slashes(relative(cwd, path));
  return way === "" ? "." : way.startsWith("../../..") ? slashes(path) : way;
}

/**
 * The folder that a file's imports cannot leave: the nearest parent with `.git` or `package.json`; without one, the current
 * folder if the file is in it, else the file's own.
 */
export function projectRoot(file: string, cwd: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (projectMarks.some((mark) => existsSync(join(folder, mark)))) return folder;
    if (dirname(folder) === folder) return isInside(cwd, file) ? cwd : dirname(file);
  }
}

/** A file's path for hosts: relative to its project, with forward slashes. */
export function hostPath(root: string, file: string): string {
  return slashes(relative(root, file));
}

/** Whether it is the folder of a training run: its model is a record, not a source of the project. */
function isRun(entries: readonly Dirent[]): boolean {
  return [runFiles.about, runFiles.model].every((name) =>
    entries.some((entry) => entry.isFile() && entry.name === name),
  );
}

/**
 * The `.lfer` files in a folder in alphabetical order. Hidden folders, node_modules and, unless `named` on the command line,
 * the folders of training runs are skipped; links are not followed.
 */
async function sourcesUnder(folder: string, searched: Set<string>, named: boolean): Promise<string[]> {
  searched.add(folder);
  const found: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  if (!named && isRun(entries)) return [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await sourcesUnder(path, searched, false)));
    else if (entry.isFile() && entry.name.endsWith(".lfer")) found.push(path);
  }
  return found;
}

export interface Expanded {
  /** Absolute, each once, in the given order. */
  readonly files: readonly string[];
  /** The files and all searched folders, existing or not; absolute. */
  readonly looked: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The source files that the command line names: files as given, folders searched. */
export async function expandPaths(paths: readonly string[], cwd: string, taken: Taken = "sources"): Promise<Expanded> {
  const files = new Set<string>();
  const looked = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    // An empty path would mean the current folder; it is usually an unset variable.
    if (path === "" || path === "-") {
      diagnostics.push(
        path === "" ? diagnose("tool/no-such-path", { path }) : diagnose("tool/no-standard-input", { path }),
      );
      continue;
    }
    const full = resolve(cwd, path);
    looked.add(full);
    try {
      if (!(await stat(full)).isDirectory()) {
        // Loaded only for what is no source by its name: other commands start without it.
        const wrong = full.endsWith(sourceEnding)
          ? undefined
          : await (await import("./not-taken.js")).notTaken(full, path, taken);
        if (wrong === undefined) files.add(full);
        else diagnostics.push(wrong);
        continue;
      }
      const under = await sourcesUnder(full, looked, true);
      if (under.length === 0) diagnostics.push(diagnose("tool/no-models-in-folder", { path }));
      for (const file of under) files.add(file);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      const missing = code === "ENOENT" || code === "ENOTDIR";
      diagnostics.push(
        missing ? diagnose("tool/no-such-path", { path }) : diagnose("tool/unreadable-path", { path, reason: code }),
      );
    }
  }
  return { files: [...files], looked: [...looked], diagnostics };
}
