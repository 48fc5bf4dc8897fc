/** Writes several files that belong together, new ones or in the place of old ones: all of them, or none. */
import { renameSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { undoAtExit } from "./at-exit.js";
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
 * Writes all of them beside their places and renames them when the last one is complete. No system renames several at once: a
 * process that is killed in between leaves some old files and some new ones. Anything but a regular file is refused.
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
      if (staged.filter(({ place }) => place === file.place).length > 1) throw failure("EEXIST");
    }
    const paths = [...files.keys()];
    await putAll(staged, (i) => {
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

/** Renames each to its place, the old file aside first; if one cannot be renamed, or the process ends, all is put back. */
async function putAll(staged: readonly Staged[], onFile: (index: number) => void): Promise<void> {
  const undo: (() => void)[] = [];
  const putBack = (): void => {
    for (const step of undo.splice(0).reverse()) step();
  };
  const forget = undoAtExit(putBack);
  const old: string[] = [];
  try {
    for (const [i, { beside, place, existed }] of staged.entries()) {
      onFile(i);
      if (existed) {
        const aside = nameBeside(place);
        await rename(place, aside);
        undo.push(() => renameSync(aside, place));
        old.push(aside);
      }
      await rename(beside, place);
      if (!existed) undo.push(() => rmSync(place, { force: true }));
    }
  } catch (error) {
    putBack();
    throw error;
  } finally {
    forget();
  }
  for (const aside of old) await removeIfThere(aside);
}
