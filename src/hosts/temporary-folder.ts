/** Temporary folders, in the system's place for them. */
import { mkdtempSync, rmSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { undoAtExit } from "./at-exit.js";
import type { FolderFailure } from "./folders.js";
import { isGone, markPattern, markText, ownMark, parseMark } from "./process-mark.js";
import { codeOf } from "./write-file.js";

export interface TemporaryFolder {
  readonly kind: "made";
  readonly path: string;
}

const ours = new RegExp(`^lfer-(${markPattern})-`);

/** Removes the folders of killed processes. */
async function sweep(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const mark = parseMark(ours.exec(name)?.[1] ?? "");
    if (mark === undefined) continue;
    const path = join(parent, name);
    try {
      const { mtimeMs, uid } = await lstat(path);
      // In a folder shared by all users, other users' folders are not touched.
      const isOwn = process.getuid === undefined || process.getuid() === uid;
      if (isOwn && isGone(mark, Date.now() - mtimeMs)) await rm(path, { recursive: true, force: true });
    } catch {
      // Another process may be removing it, too.
    }
  }
}

/** A new folder that is kept; its path is shown to the user. */
export function makeLastingFolder(purpose: string): TemporaryFolder | FolderFailure {
  const parent = tmpdir();
  try {
    return { kind: "made", path: mkdtempSync(join(parent, `lfer-${purpose}-`)) };
  } catch (error) {
    return { kind: "failed", path: parent, code: codeOf(error) };
  }
}

/** Runs `body` with a folder that is removed afterwards, also when the process is ended. */
export async function inTemporaryFolder<T>(body: (folder: string) => Promise<T>): Promise<T | FolderFailure> {
  const parent = tmpdir();
  await sweep(parent);
  const made = makeLastingFolder(markText(ownMark()));
  if (made.kind === "failed") return made;
  const { path } = made;
  const kept = undoAtExit(() => rmSync(path, { recursive: true, force: true }));
  try {
    return await body(path);
  } finally {
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
    kept();
  }
}
