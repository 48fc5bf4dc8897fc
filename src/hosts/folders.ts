/** Creates, claims and removes folders. */
import { mkdirSync, rmdirSync } from "node:fs";
import { lstat, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { undoAtExit } from "./at-exit.js";
import { codeOf } from "./write-file.js";

export interface FolderFailure {
  readonly kind: "failed";
  /** The folder that failed. */
  readonly path: string;
  /** The operating system's error code. */
  readonly code: string;
}

export type FolderResult =
  /** The created folders, the uppermost first. */
  { readonly kind: "made"; readonly folders: readonly string[] } | FolderFailure;

type Found = "folder" | "nothing" | FolderFailure;

async function look(path: string): Promise<Found> {
  const failed = (code: string): FolderFailure => ({ kind: "failed", path, code });
  try {
    return (await stat(path)).isDirectory() ? "folder" : failed("EEXIST");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") return failed(codeOf(error));
  }
  // A broken link blocks a folder, although it is not a file.
  const itself = await lstat(path).catch(() => undefined);
  if (itself === undefined) return "nothing";
  // Another process may have created it between the two checks.
  return itself.isDirectory() ? "folder" : failed("EEXIST");
}

/** Removes folders that are empty, the last first; failures are ignored. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => undefined);
}

/** Removes folders that are empty when the process ends. The returned function cancels that. */
export function removeEmptyFoldersAtExit(folders: readonly string[]): () => void {
  const forget = folders.map((folder) => undoAtExit(() => rmdirSync(folder)));
  return () => {
    for (const each of forget) each();
  };
}

/**
 * Creates a folder and its parents, or none. Node's own recursive mkdir never ends if the system reports an existing folder as
 * missing, as `/proc` does.
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
      // Synchronous, as is what follows, so that no signal can come between creating a folder and registering its removal.
      mkdirSync(each);
      folders.push(each);
    } catch (error) {
      // Another process was faster.
      if (codeOf(error) === "EEXIST" && (await look(each)) === "folder") continue;
      await removeEmptyFolders(folders);
      return { kind: "failed", path: each, code: codeOf(error) };
    }
  }
  return { kind: "made", folders };
}

/** Creates a folder exclusively; it is taken if anything exists at its path. Its parent must exist. */
export function claimFolder(folder: string): "claimed" | "taken" | FolderFailure {
  try {
    mkdirSync(folder);
    return "claimed";
  } catch (error) {
    const code = codeOf(error);
    return code === "EEXIST" ? "taken" : { kind: "failed", path: folder, code };
  }
}
