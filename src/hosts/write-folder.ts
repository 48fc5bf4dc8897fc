/** Writes a folder of files: to a temporary name beside it, which is renamed when it is complete. */
import { renameSync, rmSync } from "node:fs";
import { access, constants, open, readdir, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { undoAtExit } from "./at-exit.js";
import { nameBeside } from "./beside.js";
import { makeFolder } from "./folders.js";
import { codeOf, writeFileWhole } from "./write-file.js";

export type WriteFolderResult =
  | { readonly kind: "written"; readonly bytes: number }
  /** The path has something that may not be replaced; nothing was written. */
  | { readonly kind: "occupied" }
  /** `code` is the operating system's; an existing folder is unchanged. */
  | { readonly kind: "failed"; readonly code: string; readonly existed: boolean };

/** Whether a folder may be replaced, by the names in it and the beginnings of its files. */
export type MayReplace = (
  names: readonly string[],
  read: (name: string) => Promise<string>,
) => boolean | Promise<boolean>;

/** Enough of a file to recognise it. */
const beginning = 4096;

async function readBeginning(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginning), 0, beginning, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The names in a folder that contains only files; undefined if it contains anything else. */
async function filesOf(folder: string): Promise<readonly string[] | undefined> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.every((entry) => entry.isFile()) ? entries.map(({ name }) => name) : undefined;
}

async function standing(path: string): Promise<"nothing" | "folder" | "other"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "other";
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  // A broken link.
  return (await readlink(path).catch(() => undefined)) === undefined ? "nothing" : "other";
}

const removeWhole = (path: string): void => rmSync(path, { recursive: true, force: true });

/**
 * Writes the files to a new folder, or replaces a folder that is empty or that `mayReplace` accepts. The parent folder must exist.
 * Readers see an old file or a new one, never a partial one; a link to a folder stays a link.
 */
export async function writeFolderWhole(
  path: string,
  files: ReadonlyMap<string, readonly Uint8Array[]>,
  mayReplace: MayReplace,
): Promise<WriteFolderResult> {
  let existed = false;
  try {
    const found = await standing(path);
    if (found === "other") return { kind: "occupied" };
    existed = found === "folder";
    const place = existed ? await realpath(path) : join(await realpath(dirname(path)), basename(path));
    if (existed) {
      const names = await filesOf(place);
      if (names === undefined) return { kind: "occupied" };
      const isFree = names.length === 0 || (await mayReplace(names, (name) => readBeginning(join(place, name))));
      if (!isFree) return { kind: "occupied" };
      await access(place, constants.W_OK);
      // A process whose current folder is replaced would be in a deleted folder.
      if (place === (await realpath(process.cwd()))) return { kind: "failed", code: "EBUSY", existed };
    }
    const beside = nameBeside(place);
    const forget = undoAtExit(() => removeWhole(beside));
    try {
      const bytes = await fill(beside, files);
      put(beside, place, existed);
      return { kind: "written", bytes };
    } catch (error) {
      removeWhole(beside);
      throw error;
    } finally {
      forget();
    }
  } catch (error) {
    return { kind: "failed", code: codeOf(error), existed };
  }
}

async function fill(folder: string, files: ReadonlyMap<string, readonly Uint8Array[]>): Promise<number> {
  const made = await makeFolder(folder);
  if (made.kind === "failed") throw Object.assign(new Error(made.code), { code: made.code });
  let bytes = 0;
  for (const [name, pieces] of files) {
    const result = await writeFileWhole(join(folder, name), pieces);
    if (result.kind === "failed") throw Object.assign(new Error(result.code), { code: result.code });
    bytes += result.bytes;
  }
  return bytes;
}

/**
 * Renames the new folder to its place. Two folders cannot be exchanged atomically on every system, so the old one is moved away first,
 * and moved back if the second rename fails. Both calls are synchronous, so that no signal is handled in between. A process that is
 * killed between the two leaves the old folder beside its place, under a hidden name.
 */
function put(beside: string, place: string, existed: boolean): void {
  if (!existed) {
    renameSync(beside, place);
    return;
  }
  const aside = nameBeside(place);
  renameSync(place, aside);
  try {
    renameSync(beside, place);
  } catch (error) {
    renameSync(aside, place);
    throw error;
  }
  try {
    removeWhole(aside);
  } catch {
    // The new folder is complete; the rest of the old one stays beside it.
  }
}
