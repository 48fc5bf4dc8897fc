/** Folders made, claimed and removed. */
import { mkdirSync, rmdirSync } from "node:fs";
import { lstat, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { undoAtExit } from "./at-exit.js";
import { codeOf } from "./write-file.js";

export interface FolderFailure {
  readonly kind: "failed";
  /** Which of the folders it was. */
  readonly path: string;
  /** The operating system's. */
  readonly code: string;
}

export type FolderResult =
  /** Those that were not there before, the uppermost first. */
  { readonly kind: "made"; readonly folders: readonly string[] } | FolderFailure;

type Found = "folder" | "nothing" | FolderFailure;

async function look(path: string): Promise<Found> {
  const failed = (code: string): FolderFailure => ({ kind: "failed", path, code });
  try {
    return (await stat(path)).isDirectory() ? "folder" : failed("EEXIST");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") return failed(codeOf(error));
  }
  // A link that leads nowhere is in the way of a folder, though it is no file either.
  const itself = await lstat(path).catch(() => undefined);
  if (itself === undefined) return "nothing";
  // Somebody may have made it between the two looks.
  return itself.isDirectory() ? "folder" : failed("EEXIST");
}

/** Removes folders as far as they are empty, the last first; whatever stays does no harm. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => undefined);
}

/** Has folders removed, as far as they are empty, when the process ends; the answer takes that back. */
export function removeEmptyFoldersAtExit(folders: readonly string[]): () => void {
  const forget = folders.map((folder) => undoAtExit(() => rmdirSync(folder)));
  return () => {
    for (const each of forget) each();
  };
}

/**
 * Makes a folder and those above it, or none. Node's own recursive mkdir tries for ever where the system says of a folder that
 * is there that it is not, as `/proc` does.
 */
export async function makeFolder(folder: string): Promise<FolderResult> {
  const missing: string[] = [];
  for (let each = folder; ; each = dirname(each)) {
    const found = await look(each);
    if (found === "folder") break;
    if (found !== "nothing") return found;
    missing.unshift(each);
    if (dirname(each) === each) return { kind: "failed", path: each, code: "ENOENT" };
  }
  const folders: string[] = [];
  for (const each of missing) {
    try {
      // At once, as is what follows: no signal comes between a folder and whoever would remove it.
      mkdirSync(each);
      folders.push(each);
    } catch (error) {
      // Somebody else was quicker.
      if (codeOf(error) === "EEXIST" && (await look(each)) === "folder") continue;
      await removeEmptyFolders(folders);
      return { kind: "failed", path: each, code: codeOf(error) };
    }
  }
  return { kind: "made", folders };
}

/** Makes a folder that nobody else has; it is taken where anything stands at its path. The one above must be there. */
export function claimFolder(folder: string): "claimed" | "taken" | FolderFailure {
  try {
    mkdirSync(folder);
    return "claimed";
  } catch (error) {
    const code = codeOf(error);
    return code === "EEXIST" ? "taken" : { kind: "failed", path: folder, code };
  }
}
