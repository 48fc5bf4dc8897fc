/** Names of temporary files next to their targets, and the removal of those that a killed process left. */
import { randomUUID } from "node:crypto";
import { lstat, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isGone, markPattern, markText, ownMark, parseMark } from "./process-mark.js";

/**
 * Characters of the target's name in the temporary one: with four bytes each, and the rest, it is still short enough for every
 * file system.
 */
const shownOfName = 30;

/** An unused name next to `place` for a file that will be renamed to it. */
export const nameBeside = (place: string): string =>
  join(
    dirname(place),
    `.${[...basename(place)].slice(0, shownOfName).join("")}.${markText(ownMark())}.${randomUUID()}.tmp`,
  );

const leftover = new RegExp(`^\\.(.+?)\\.(?:(${markPattern})\\.)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.tmp$`);

export const isBeside = (name: string): boolean => leftover.test(name);

/**
 * Removes the temporary files that killed processes left in a folder; returns their names. `isOurs`: whether, by its target's
 * name, no other process can be writing the file now, so that its process need not be checked.
 */
export async function sweepBeside(folder: string, isOurs: (name: string) => boolean): Promise<readonly string[]> {
  const swept: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const [, written, mark] = leftover.exec(name) ?? [];
    if (written === undefined) continue;
    const path = join(folder, name);
    try {
      const about = await lstat(path);
      const gone = isGone(mark === undefined ? undefined : parseMark(mark), Date.now() - about.mtimeMs);
      if (!about.isFile() || !(gone || isOurs(written))) continue;
      await rm(path, { force: true });
      swept.push(name);
    } catch {
      // It does no harm if it stays.
    }
  }
  return swept;
}
