/** Writes several files that belong together, new ones or in the place of old ones: all of them, or none. */
import { linkSync, renameSync, rmSync } from "node:fs";
import { nameBeside } from "./beside.js";
import { codeOf, existing, removeIfThere, type StagedFile, stageFile } from "./write-file.js";

export type WriteFilesResult =
  | { readonly kind: "written" }
  /** `code` is the operating system's; every file that stood there is as it was. */
  | { readonly kind: "failed"; readonly path: string; readonly code: string; readonly existed: boolean };

interface Staged extends StagedFile {
  readonly existed: boolean;
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/**
 * Writes all of them beside their places and renames them when the last one is complete. No system renames several at once: SIGKILL
 * in between leaves some old files and some new ones, each whole. Anything but a regular file is refused.
 */
export async function writeFilesWhole(files: ReadonlyMap<string, readonly Uint8Array[]>): Promise<WriteFilesResult> {
  const staged: Staged[] = [];
  let at = { path: "", existed: false };
  try {
    for (const [path, pieces] of files) {
      at = { path, existed: false };
      const old = await existing(path);
      if (old?.isDirectory()) throw failure("EISDIR");
      if (old !== undefined && !old.isFile()) throw failure("ENOTREG");
      at = { path, existed: old !== undefined };
      const file = await stageFile(path, pieces, old);
      staged.push({ ...file, existed: at.existed });
      // Two links to one place: the last file would be all that is left.
      if (staged.filter(({ place }) => place === file.place).length > 1) throw failure("ESAMEPLACE");
    }
    const paths = [...files.keys()];
    putAll(staged, (i) => {
      at = { path: paths[i] ?? "", existed: staged[i]?.existed ?? false };
    });
    return { kind: "written" };
  } catch (error) {
    for (const { beside } of staged) await removeIfThere(beside);
    return { kind: "failed", ...at, code: codeOf(error) };
  } finally {
    for (const { forget } of staged) forget();
  }
}

/**
 * Renames each to its place, and keeps the old file aside until the last one is there: if one cannot be renamed, all is put back.
 * Synchronous, so that no signal is handled in between.
 */
function putAll(staged: readonly Staged[], onFile: (index: number) => void): void {
  const undo: (() => void)[] = [];
  const old: string[] = [];
  try {
    for (const [i, { beside, place, existed }] of staged.entries()) {
      onFile(i);
      if (existed) {
        const aside = nameBeside(place);
        keepAside(place, aside);
        old.push(aside);
        undo.push(() => putBack(aside, place));
      }
      renameSync(beside, place);
      if (!existed) undo.push(() => removeFile(place));
    }
  } catch (error) {
    for (const step of undo.reverse()) attempt(step);
    throw error;
  }
  for (const aside of old) attempt(() => removeFile(aside));
}

/** A second name, so that the place is never empty; where the file system has no links, the file moves. */
function keepAside(place: string, aside: string): void {
  try {
    linkSync(place, aside);
  } catch {
    renameSync(place, aside);
  }
}

function putBack(aside: string, place: string): void {
  renameSync(aside, place);
  // Between two names of one file a rename does nothing.
  removeFile(aside);
}

const removeFile = (path: string): void => rmSync(path, { force: true });

/** What cannot be put back or removed stays where it is, and does not stop the rest. */
function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // The result is reported: all files are written, or the error that led here.
  }
}
