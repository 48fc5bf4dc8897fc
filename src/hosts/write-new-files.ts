/** Writes several new files: all of them, or none and the disk unchanged. */
import { rmSync } from "node:fs";
import { lstat, open, realpath, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { undoAtExit } from "./at-exit.js";
import { nameBeside } from "./beside.js";
import { makeFolder, removeEmptyFolders } from "./folders.js";
import { isInside } from "./node-host.js";
import { codeOf, removeIfThere } from "./write-file.js";

/** Paths are those given: relative to the folder, with forward slashes; "." is the folder itself. */
export type WriteNewResult =
  | { readonly kind: "written"; readonly paths: readonly string[]; readonly kept: readonly string[] }
  /** Something already exists at these paths; nothing was written. */
  | { readonly kind: "occupied"; readonly paths: readonly string[] }
  /** A symbolic link in the path leads out of the folder; nothing was written. */
  | { readonly kind: "outside"; readonly path: string }
  /** `code` is the operating system's; files already written were removed again. */
  | { readonly kind: "failed"; readonly path: string; readonly code: string };

/** What exists at a path, links not followed; undefined if nothing does. */
async function standing(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

type Obstacle = Exclude<WriteNewResult, { readonly kind: "written" | "occupied" }> | "occupied";

/** What prevents a new file at `path` in `folder`. */
async function obstacle(folder: string, path: string): Promise<Obstacle | undefined> {
  const parts = path.split("/");
  for (let depth = 1; depth <= parts.length; depth++) {
    const part = parts.slice(0, depth).join("/");
    const full = join(folder, part);
    const found = await standing(full);
    if (found === undefined) return undefined;
    if (depth === parts.length) return "occupied";
    if (found.isSymbolicLink()) {
      // A broken link leads to a place where another process may create a file.
      const real = await realpath(full).catch(() => undefined);
      if (real === undefined || !isInside(await realpath(folder), real)) return { kind: "outside", path: part };
    } else if (!found.isDirectory()) return { kind: "failed", path, code: "ENOTDIR" };
  }
  return undefined;
}

/** Writes a new file: completely, and never over another one, also if that appears meanwhile. */
async function writeNew(path: string, text: string): Promise<void> {
  const beside = nameBeside(path);
  const ours = [beside];
  const done = undoAtExit(() => {
    for (const each of ours) rmSync(each, { force: true });
  });
  try {
    await writeFile(beside, text, { flag: "wx" });
    // Renaming replaces; so the name is created exclusively first, which fails if it exists.
    await (await open(path, "wx")).close();
    ours.push(path);
    await rename(beside, path);
  } catch (error) {
    for (const each of ours) await removeIfThere(each);
    throw error;
  } finally {
    done();
  }
}

/** Writes texts into `folder` (absolute), which is created if needed. `keep` skips files that already exist. */
export async function writeNewFiles(
  folder: string,
  texts: ReadonlyMap<string, string>,
  { keep = false }: { readonly keep?: boolean } = {},
): Promise<WriteNewResult> {
  const files: string[] = [];
  const folders: string[] = [];
  let at = ".";
  try {
    const occupied: string[] = [];
    for (const path of texts.keys()) {
      at = path;
      const hindered = await obstacle(folder, path);
      if (hindered === "occupied") occupied.push(path);
      else if (hindered !== undefined) return hindered;
    }
    if (occupied.length > 0 && !keep) return { kind: "occupied", paths: occupied };
    const withFolder = async (path: string): Promise<void> => {
      const made = await makeFolder(path);
      if (made.kind === "failed") throw Object.assign(new Error(made.code), { code: made.code });
      folders.push(...made.folders);
    };
    at = ".";
    await withFolder(folder);
    const paths: string[] = [];
    for (const [path, text] of texts) {
      if (occupied.includes(path)) continue;
      at = path;
      const full = join(folder, path);
      await withFolder(dirname(full));
      await writeNew(full, text);
      files.push(full);
      paths.push(path);
    }
    return { kind: "written", paths, kept: occupied };
  } catch (error) {
    for (const file of files) await removeIfThere(file);
    // A folder with other contents by now is kept.
    await removeEmptyFolders(folders);
    return { kind: "failed", path: at, code: codeOf(error) };
  }
}
